"""What a backend tells the API of itself: to ours, to the original's, to one that is away."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.standin import ApiStandIn, HubStandIn
from tests.standin.api import PASSWORD, USER
from tests.standin.hub import TOKEN
from tests.standin.server import Answer
from tests.unit.engine.orders import BACKEND, config, idle, once, request, submit
from tests.unit.engine.plans import Plan, some_dead
from wod.engine import report
from wod.engine.config import Worker as Config
from wod.engine.errors import Impossible
from wod.engine.hub import Hub
from wod.engine.journal import Folder
from wod.engine.state import State
from wod.engine.worker import Worker

USERS = "/hub/api/users?state=active&limit=1"


class Counting(HubStandIn):
    """Also lists its users, a page at a time, as JupyterHub 2 and later do."""

    def route(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        if path != USERS or "jupyterhub-pagination" not in headers["Accept"]:
            return super().route(method, path, body, headers)
        active = [name for name, state in self.users.items() if state != "stopped"]
        return 200, {"items": [{"name": name} for name in active[:1]], "_pagination": {"total": len(active)}}


class Taking(ApiStandIn):
    """Takes reports, as ours does."""

    def route(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        if method == "PUT" and path.startswith("/api/backend/"):
            return self._refusal(headers, "moderator") or (200, {})
        return super().route(method, path, body, headers)


@pytest.fixture
def hub() -> Iterator[Counting]:
    with Counting() as made:
        yield made


def told(top: Path, api: str = "http://127.0.0.1:9", hub: str = "http://127.0.0.1:9", **more: Any) -> Config:
    accounts = {"api_user": USER, "api_password": PASSWORD, "hub_token": TOKEN}
    return config(top, api_url=api, hub_url=hub, **{**accounts, **more})


def hub_of(settings: Config) -> Hub:
    return Hub(settings.hub_url, settings.hub_token)


def fail(*_: object) -> None:
    raise Impossible("no such workshop\nas WKSHP-API101")


def test_what_is_told(tmp_path: Path, hub: Counting) -> None:
    hub.users |= {"student1": "ready", "student2": "stopped", "student3": "spawn"}
    settings, stamp = told(tmp_path, hub=hub.url), tmp_path / "stamp.json"
    stamp.write_text(json.dumps({"revision": "abc123", "content": "def456"}))
    submit(tmp_path, request(time.time(), student=6))
    once(settings, Plan("one", one=fail), some_dead(tmp_path))
    Folder.create(State(tmp_path / "state").active, request(student=7))
    submit(tmp_path, request(time.time(), student=8))
    said = report.report_of(settings, hub_of(settings), stamp)
    (letter,) = said.pop("deadLetters")
    assert said == {"revision": "abc123", "waiting": 2, "running": 2, "dead": 1}
    assert letter["text"] == "CREATE student6, customer 5, WKSHP-API101"
    assert letter["reason"] == "no such workshop as WKSHP-API101"
    assert letter["since"].startswith("20")


def test_a_new_backend_without_a_hub_or_a_stamp(tmp_path: Path) -> None:
    settings = told(tmp_path)
    nothing: dict[str, Any] = {"revision": None, "waiting": 0, "running": None, "dead": 0, "deadLetters": []}
    assert report.report_of(settings, hub_of(settings), tmp_path / "none") == nothing
    (tmp_path / "stamp").write_text("[1")
    assert report.revision(tmp_path / "stamp") is None


def test_a_damaged_dead_letter_is_told_too(tmp_path: Path) -> None:
    settings = told(tmp_path)
    for number in range(report.LETTERS + 2):
        folder = Folder.create(State(tmp_path / "state").dead, request(time.time() + number))
    (folder.path / "request.json").write_text("{")
    said = report.report_of(settings, hub_of(settings))
    assert (said["dead"], len(said["deadLetters"])) == (report.LETTERS + 2, report.LETTERS)
    assert said["deadLetters"][0]["text"] == "unreadable"


class Turns:
    """A ``wait`` that lets so many reports pass, and keeps the pauses."""

    def __init__(self, number: int) -> None:
        self.number, self.pauses = number, list[float]()

    def __call__(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        return len(self.pauses) >= self.number


def test_every_minute(tmp_path: Path) -> None:
    lines, turns = list[str](), Turns(3)
    with Taking() as api:
        report.run(told(tmp_path, api.url), turns, lines.append)
        assert [call.path for call in api.made("PUT")] == [f"/api/backend/{BACKEND}"] * 3
    assert (turns.pauses, lines) == ([report.PERIOD] * 3, [])


def test_an_original_api_is_asked_once_an_hour_without_a_word(tmp_path: Path) -> None:
    lines, turns = list[str](), Turns(2)
    with ApiStandIn() as api:
        report.run(told(tmp_path, api.url), turns, lines.append)
        assert [call.status for call in api.made("PUT")] == [404, 404]
    assert (turns.pauses, lines) == ([report.RARELY] * 2, [])


def test_an_api_that_is_away_is_said_once(tmp_path: Path) -> None:
    lines, turns = list[str](), Turns(3)
    report.run(told(tmp_path), turns, lines.append)
    assert turns.pauses == [report.PERIOD] * 3
    assert len(lines) == 1
    assert "does not answer" in lines[0]


def test_the_worker_reports_and_hands_out_while_a_report_hangs(tmp_path: Path) -> None:
    class Reporting(Plan):
        begun = 0

        def report(self, wait: Any, log: Any) -> None:
            type(self).begun += 1
            wait(60)

    plan = Reporting()
    worker = Worker(told(tmp_path), plan, log=lambda line: None)
    thread = threading.Thread(target=worker.run)
    thread.start()
    submit(tmp_path, request(time.time()))
    end = time.monotonic() + 120
    while not (plan.ran and idle(worker)) and time.monotonic() < end:
        time.sleep(0.02)
    worker.stop()
    thread.join(20)
    assert (plan.begun, plan.ran) == (1, [(5, "one"), (5, "two")])
