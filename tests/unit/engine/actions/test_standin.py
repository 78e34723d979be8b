"""The stand-in as hosts of the lab see it: a process that speaks the contract and tells what it was asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.standin.api import PASSWORD, USER

ROOT = Path(__file__).parents[4]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"students": [{"id": 3}], "workshops": [{"id": 4, "notebook": "WKSHP-Demo"}]}))
    command = [sys.executable, "-m", "tests.standin", "--port", "0", "--seed", str(seed), "--user", "other:its-own"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.terminate()


def log_in(url: str, username: str = USER, password: str = PASSWORD) -> str:
    answer = httpx.post(f"{url}/api/login", json={"username": username, "password": password})
    return str(answer.json()["accessToken"])


def test_contract_over_the_wire(url: str) -> None:
    header = {"x-access-token": log_in(url, "other", "its-own")}
    assert httpx.get(f"{url}/api/workshops").json()[0]["notebook"] == "WKSHP-Demo"
    answer = httpx.put(f"{url}/api/student/3", json={"assigned": "true"}, headers=header)
    assert (answer.status_code, answer.json()["assigned"]) == (200, "true")  # the value as sent
    rows = httpx.get(f"{url}/api/students", headers=header).json()
    assert rows[0]["assigned"] is True
    calls = httpx.get(f"{url}/test-only/calls").json()
    assert [call["path"] for call in calls][:3] == ["/api/login", "/api/workshops", "/api/student/3"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/student/3", {"assigned": "yes"}, 400),
        ("/api/student/3", {"unknown": "x"}, 400),
        ("/api/student/3", {}, 400),
        ("/api/student/9", {"assigned": "true"}, 400),
        ("/api/location/1", {"name": "x"}, 404),
    ],
)
def test_what_backends_must_not_send_is_refused(url: str, path: str, body: dict[str, str], status: int) -> None:
    header = {"x-access-token": log_in(url)}
    assert httpx.put(url + path, json=body, headers=header).status_code == status


def test_tokens(url: str) -> None:
    body = {"assigned": "true"}
    assert httpx.put(f"{url}/api/student/3", json=body).status_code == 403
    header = {"x-access-token": log_in(url)}
    httpx.post(f"{url}/test-only/expire")
    assert httpx.put(f"{url}/api/student/3", json=body, headers=header).status_code == 401


def test_outages_and_seeds_on_demand(url: str) -> None:
    httpx.post(f"{url}/test-only/fail", json={"count": 1, "status": 503, "path": "/api/workshops"})
    assert [httpx.get(f"{url}/api/workshops").status_code for _ in range(2)] == [503, 200]
    httpx.post(f"{url}/test-only/seed", json={"workshops": [{"notebook": "WKSHP-New"}]})
    assert len(httpx.get(f"{url}/api/workshops").json()) == 2
