"""What our OpenAPI document promises, held against the app and PostgreSQL by schemathesis, as each kind of client.

Requests that fit the document and such that do not: no server error, and every answer is as the document says.
Derandomised: the same requests every time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.unit.api.site import Site, configured, site
from wod.api import security
from wod.api.app import create_app, document

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
QUIET = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
EXAMPLES = {"": 5, "plain": 5, "admin": 12}
"""Of each operation and kind; most of what the others ask is turned away at the door."""
THERE: dict[str, Any] = {
    **{"title": "API 101", "email": "ann@example.org", "name": "Ann"},
    **{"username": "student1", "password": "secret-1", "id": 1},
}
"""What leads further in than what is made up: a workshop, a seat's credentials, the first registration."""
NUMBERS = st.none() | st.sampled_from([1, 2])
"""Rows that are there; never the third account, which is the admin's own."""


def _operations() -> list[Any]:
    """Removals last, so that there is something to read and change before."""
    schema = schemathesis.openapi.from_dict(document(create_app(configured("postgresql+psycopg://x/y"))))
    found = [result.ok() for result in schema.get_all_operations()]
    return sorted(found, key=lambda operation: (operation.method == "delete", operation.path, operation.method))


def _sends(operation: Any, mode: GenerationMode, examples: int, send: Callable[[Any], None]) -> Callable[[], None]:
    @settings(QUIET, max_examples=examples)
    @given(case=operation.as_strategy(generation_mode=mode), number=NUMBERS, known=st.booleans())
    def run(case: Any, number: int | None, known: bool) -> None:
        if number is not None and "number" in (case.path_parameters or {}):
            case.path_parameters["number"] = number
        if known and isinstance(case.body, dict):
            more = THERE if "customer" in case.path else {}
            case.body.update({key: value for key, value in THERE.items() if key in case.body or key in more})
        send(case)

    return run


def _modes(operation: Any) -> list[GenerationMode]:
    """Where nothing is sent there is nothing to get wrong."""
    takes = operation.body or operation.path_parameters or operation.query
    return [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if takes else [GenerationMode.POSITIVE]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", ["", "plain", "admin"])
def test_every_operation_answers_as_the_document_says(
    database_url: str, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "COST", 4)
    with site(database_url, extensions=1) as api:
        api.register()
        headers = {"x-access-token": api.token(who)} if who else {}
        answered = _all(api, headers, EXAMPLES[who])
        if who:
            assert api.call("GET", "/api/students", headers=headers).status_code == 200, "the account is still there"
    assert answered >= {200, 202, 400, 401, 403}, "not all were turned away at the door"


def _all(api: Site, headers: dict[str, str], examples: int) -> set[int]:
    """The statuses that were seen."""
    seen: set[int] = set()

    def send(case: Any) -> None:
        answer = case.call_and_validate(base_url=str(api.client.base_url), headers=headers, checks=CHECKS)
        seen.add(answer.status_code)

    for operation in _operations():
        for mode in _modes(operation):
            _sends(operation, mode, examples, send)()
    return seen
