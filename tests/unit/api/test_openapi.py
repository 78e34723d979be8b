"""The document in the repository is what is served; and what a stranger sends never makes a server error."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.unit.api.site import configured, site
from wod.api.app import create_app, document

KEPT = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"
DIFFERENCES = KEPT.with_name("api-differences.md")
OURS = [f"/api/{path}" for path in ("my", "my/extend", "my/link", "refresh", "operator", "backend/:name")]
ODD: list[Any] = [None, "", "x", "7", -1, 0, 2**31, 2**63, 1.5, True, [], [1], {}, "\x00", "\ud800", "ä" * 300, "a\nb"]


def _document() -> dict[str, Any]:
    return document(create_app(configured("postgresql+psycopg://x/y")))


def test_the_document_is_what_is_served() -> None:
    """Mend it: python -m tests.unit.api.test_openapi"""
    assert json.loads(KEPT.read_text()) == json.loads(json.dumps(_document()))


def test_no_route_tells_of_a_status_it_never_gives() -> None:
    for methods in _document()["paths"].values():
        for operation in methods.values():
            assert "422" not in operation["responses"]
            assert "operationId" in operation


def test_each_additional_route_is_among_the_differences() -> None:
    said = DIFFERENCES.read_text()
    for path in ("/api/customer/extend", "/api/customers/:id/trace", "/healthz", "/metrics", *OURS):
        assert path in said


@pytest.mark.timeout(300)
def test_odd_values_make_no_server_error(database_url: str) -> None:
    """Each route with each odd value in each field and in its path, as an admin."""
    chance = random.Random(4)
    with site(database_url, extensions=1) as api:
        made = _document()
        headers = {"x-access-token": api.token("admin"), "content-type": "application/json"}
        for path, methods in made["paths"].items():
            for method, operation in methods.items():
                for body in _bodies(made, operation, chance):
                    where = path.replace(
                        "{number}", chance.choice(["1", "0", "-1", "x", "%00", str(2**31), str(2**70)])
                    )
                    answer = api.client.request(method.upper(), where, content=body, headers=headers)
                    assert answer.status_code < 500, (method, where, body)


def _bodies(made: dict[str, Any], operation: dict[str, Any], chance: random.Random) -> list[bytes]:
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return [b""]
    fields = _fields(made, content["application/json"]["schema"])
    odd = [{name: chance.choice(ODD) for name in fields} for _ in range(6)]
    each = [{**dict.fromkeys(fields, "1"), name: chance.choice(ODD)} for name in fields]
    return [json.dumps(body).encode() for body in [*odd, *each, [], None, 5]] + [b"{", b"\xff"]


def _fields(made: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    found = schema if "$ref" in schema else next(part for part in schema["anyOf"] if "$ref" in part)
    return list(made["components"]["schemas"][found["$ref"].rpartition("/")[2]]["properties"])


if __name__ == "__main__":
    KEPT.write_text(json.dumps(_document(), indent=1, ensure_ascii=False) + "\n")
