"""What operators are shown, what backends say of themselves, and how long a log-in lasts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jwt
import pytest
from sqlalchemy import insert, update

from tests.unit.api.site import FIRST, KEY, PASSWORDS, SECOND, START, Site, site
from tests.unit.engine.orders import config, once, request, submit
from tests.unit.engine.plans import Plan, some_dead
from wod.api.lifecycle.tables import OUTBOX
from wod.api.models import Customer, Location, Student
from wod.engine import report
from wod.engine.api import Api
from wod.engine.errors import Impossible
from wod.engine.hub import Hub

LETTER = {"text": "CREATE student6", "reason": "no such workshop", "since": "2026-05-04T08:00:00Z"}
SAID = {"revision": "abc123", "waiting": 2, "dead": 1, "deadLetters": [LETTER], "running": 3}


@pytest.fixture
def api(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with site(database_url, drift=str(tmp_path / "drift.json")) as made:
        yield made


def look(api: Site) -> dict[str, Any]:
    answer = api.call("GET", "/api/operator", "moderator")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return dict(answer.json())


def say(api: Site, place: str = FIRST, **changes: Any) -> int:
    return api.call("PUT", f"/api/backend/{place}", "moderator", json={**SAID, **changes}).status_code


@pytest.mark.parametrize(("method", "path"), [("GET", "operator"), ("PUT", f"backend/{FIRST}")])
def test_who_may(api: Site, method: str, path: str) -> None:
    body: dict[str, Any] = {"json": {}} if method == "PUT" else {}
    for who, status in {"": 403, "plain": 403, "moderator": 200, "admin": 200}.items():
        assert api.call(method, f"/api/{path}", who, **body).status_code == status


def test_a_new_site(api: Site) -> None:
    said = look(api)
    assert said["now"] == "2026-05-04T09:00:00.000Z"
    silent = {"seen": None, "healthy": None, "revision": None, "waiting": 0, "dead": 0, "running": None}
    assert said["backends"][0] == {"name": FIRST, "url": f"https://{FIRST}:443", **silent}
    assert [each["name"] for each in said["backends"]] == [FIRST, SECOND]
    assert said["seats"][1] == {"workshopId": 1, "name": "API 101", "places": 10, "free": 10, "taken": 0, "stuck": 0}
    assert [each["workshopId"] for each in said["seats"]] == [2, 1, 4], "those that are offered, by priority"
    assert (said["outbox"], said["deadLetters"]) == ({"waiting": 0, "givenUp": 0, "oldest": None}, [])
    assert said["drift"] is None


def test_a_backend_speaks_and_falls_silent(api: Site) -> None:
    assert say(api) == 200
    assert say(api, waiting=5) == 200
    first, second = look(api)["backends"]
    assert first["seen"] == "2026-05-04T09:00:00.000Z"
    assert (first["healthy"], first["revision"], first["waiting"], first["dead"]) == (True, "abc123", 5, 1)
    assert (first["running"], second["healthy"]) == (3, None)
    assert look(api)["deadLetters"] == [{"backend": FIRST, **LETTER, "since": "2026-05-04T08:00:00.000Z"}]
    api.clock.forward(minutes=3)
    assert look(api)["backends"][0]["healthy"] is False


def test_a_backend_that_takes_no_orders_is_not_well(api: Site) -> None:
    say(api)
    order = {"kind": "order", "recipient": f"wodadmin@{FIRST}", "payload": {}, "key": "1:CREATE", "tries": 3}
    with api.app.state.sessions.begin() as session:
        session.execute(insert(OUTBOX).values(**order))
    assert look(api)["backends"][0]["healthy"] is False


def test_a_backend_that_is_not_among_the_locations(api: Site) -> None:
    assert say(api, "other.example.org") == say(api, "a/b") == say(api, "%00") == 400
    assert look(api)["deadLetters"] == []


@pytest.mark.parametrize(
    "odd",
    [
        {"waiting": -1},
        {"dead": 2**31},
        {"running": "many"},
        {"revision": "x" * 256},
        {"deadLetters": [LETTER] * 101},
        {"deadLetters": [{**LETTER, "text": "\x00"}]},
        {"deadLetters": [{**LETTER, "since": "0001-01-01T00:00:00+23:59"}]},
        {"deadLetters": [{**LETTER, "since": "2026-05-04T08:00:00"}]},
    ],
)
def test_what_no_backend_says(api: Site, odd: dict[str, Any]) -> None:
    assert say(api, **odd) == 400


def test_a_backend_that_is_removed_or_renamed_takes_its_words_along(api: Site) -> None:
    say(api)
    with api.app.state.sessions.begin() as session:
        session.execute(update(Location).where(Location.name == FIRST).values(name="new.example.org"))
    assert look(api)["deadLetters"][0]["backend"] == "new.example.org"
    api.call("DELETE", "/api/location/1", "admin")
    assert look(api)["deadLetters"] == []


def test_seats_that_nobody_has(api: Site) -> None:
    for number in range(3):
        api.register(email=f"p{number}@example.org")
    with api.app.state.sessions.begin() as session:
        session.execute(update(Customer).where(Customer.id == 1).values(last_email_sent="expired", cleaned=True))
        session.execute(update(Customer).where(Customer.id == 2).values(last_email_sent="expired", cleaned=False))
        session.execute(update(Student).where(Student.id == 9).values(assigned=True))
    found = next(each for each in look(api)["seats"] if each["workshopId"] == 1)
    assert (found["taken"], found["free"], found["stuck"]) == (1, 7, 1), "the second is being cleaned, 9 was nobody's"


def test_registrations_by_day(api: Site) -> None:
    when = [START - timedelta(days=days) for days in (0, 0, 29, 30)]
    with api.app.state.sessions.begin() as session:
        session.add_all(Customer(start_date=each, end_date=each, created_at=each) for each in when)
    days = look(api)["registrations"]
    assert (len(days), days[0], days[-1]) == (
        30,
        {"day": "2026-04-05", "count": 1},
        {"day": "2026-05-04", "count": 2},
    )
    assert sum(each["count"] for each in days) == 3


def test_what_waits_to_be_sent(api: Site) -> None:
    def row(key: str, sent: datetime | None, error: str | None) -> dict[str, Any]:
        common = {"kind": "mail", "recipient": "ann@example.org", "payload": {}, "created": START - timedelta(hours=1)}
        return {**common, "key": key, "sent": sent, "error": error}

    with api.app.state.sessions.begin() as session:
        session.execute(insert(OUTBOX).values([row("1", None, None), row("2", None, "away"), row("3", START, None)]))
        session.execute(insert(OUTBOX).values([row("4", START, "refused"), row("5", START - timedelta(days=8), "x")]))
    assert look(api)["outbox"] == {"waiting": 2, "givenUp": 1, "oldest": "2026-05-04T08:00:00.000Z"}


def test_drift_is_what_the_last_look_left(api: Site, tmp_path: Path) -> None:
    hosts = [{"name": "be1", "drifted": 2, "reachable": True}, {"name": "be2", "drifted": 0, "reachable": False}]
    known = {"time": "2026-05-04T06:00:00Z", "summary": "1 of 2 hosts as rolled out", "hosts": hosts}
    (tmp_path / "drift.json").write_text(json.dumps(known))
    assert look(api)["drift"] == known
    for broken in ("{", "[]", '{"time": "x"}'):
        (tmp_path / "drift.json").write_text(broken)
        assert look(api)["drift"] is None


def fail(*_: object) -> None:
    raise Impossible("no such workshop")


def test_the_engine_speaks_to_our_api(api: Site, tmp_path: Path) -> None:
    account = {"api_user": "moderator", "api_password": PASSWORDS["moderator"]}
    places = {"api_url": str(api.client.base_url), "hub_url": "http://127.0.0.1:9"}
    settings = config(tmp_path, backend=FIRST, **account, **places)
    submit(tmp_path, request(time.time(), student=6))
    once(settings, Plan("one", one=fail), some_dead(tmp_path))
    speaking, hub = Api(settings.api_url, "moderator", PASSWORDS["moderator"]), Hub(settings.hub_url, "")
    assert report.tell(settings, speaking, hub) == (report.PERIOD, "")
    said = look(api)
    assert (said["backends"][0]["healthy"], said["backends"][0]["dead"]) == (True, 1)
    assert said["deadLetters"][0]["text"] == "CREATE student6, customer 5, WKSHP-API101"
    pause, reason = report.tell(config(tmp_path, backend="other", **account, **places), speaking, hub)
    assert (pause, "answered 400" in reason) == (report.PERIOD, True)


def refresh(api: Site, token: str) -> tuple[int, Any]:
    answer = api.call("POST", "/api/refresh", headers={"x-access-token": token})
    return answer.status_code, answer.json()


def test_a_log_in_is_renewed_for_twelve_hours(api: Site) -> None:
    token = api.token("moderator")
    for _ in range(12 * 20):  # every three minutes, but for a second: the last time 4 minutes before the twelve hours
        api.clock.forward(seconds=179)
        status, said = refresh(api, token)
        assert status == 200
        token = said["accessToken"]
    assert api.call("GET", "/api/operator", headers={"x-access-token": token}).status_code == 200
    api.clock.forward(seconds=179)
    token = refresh(api, token)[1]["accessToken"]
    api.clock.forward(seconds=61)
    assert api.call("GET", "/api/operator", headers={"x-access-token": token}).status_code == 200
    assert refresh(api, token) == (401, {"message": "Please log in again"})


def test_what_is_not_renewed(api: Site) -> None:
    assert api.call("POST", "/api/refresh").status_code == 403
    token = api.token("moderator")
    renewed = refresh(api, token)[1]["accessToken"]
    api.clock.forward(seconds=180)
    assert refresh(api, token)[0] == refresh(api, renewed)[0] == refresh(api, renewed + "x")[0] == 401


def test_a_new_password_ends_the_renewing(api: Site) -> None:
    token = refresh(api, api.token("moderator"))[1]["accessToken"]
    assert refresh(api, token)[0] == 200
    api.call("PUT", "/api/user/2", "admin", json={"password": "another one"})
    assert refresh(api, token) == (401, {"message": "Please log in again"})


def test_the_log_ins_own_token_has_nothing_new_in_it(api: Site) -> None:
    claims = jwt.decode(api.token("moderator"), KEY, algorithms=["HS256"], options={"verify_exp": False})
    assert set(claims) == {"id", "iat", "exp"}
    assert claims["iat"] == START.replace(tzinfo=timezone.utc).timestamp()
