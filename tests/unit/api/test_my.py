"""A participant's own registration: the mailed link, what it shows, what it lets one do, and what nobody can guess."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from tests.unit.api import life
from tests.unit.api.site import KEY, START, Site, site
from wod.api import links
from wod.api.database import STATES
from wod.api.lifecycle.tables import OUTBOX, TRACE
from wod.api.models import Customer, Workshop
from wod.api.routes.my import MyRegistration

CLOSED_URL = "https://be1.example.org:443/user/student1/lab?"


@pytest.fixture
def api(database_url: str) -> Iterator[Site]:
    with site(database_url, extensions=1, feedback="https://example.org/feedback") as made:
        yield made


def mine(api: Site, token: str | None, method: str = "GET", path: str = "") -> httpx.Response:
    return api.call(method, f"/api/my{path}", headers={links.HEADER: token} if token else {})


def token(api: Site, number: int = 1) -> str:
    with api.session() as session:
        return links.token(KEY, session.get_one(Customer, number))


def change(api: Site, number: int = 1, **values: Any) -> None:
    with api.app.state.sessions.begin() as session:
        session.execute(update(Customer).where(Customer.id == number).values(**values))


def registered(api: Site, state: str | None = None, **more: Any) -> str:
    number = api.register(**more).json()["id"]
    change(api, number, last_email_sent=state)
    return token(api, number)


def rows(api: Site, table: Any, **fields: Any) -> list[Any]:
    with api.session() as session:
        return list(session.execute(select(table).filter_by(**fields).order_by(table.c.id)))


def test_links_of_before_a_new_key_are_good_until_its_moment(api: Site) -> None:
    given, config = registered(api, "credentials"), api.app.state.config
    after = {"token_key": "another-key-of-the-tests", "token_key_before": KEY}
    api.app.state.config = replace(config, **after, token_key_until=api.clock().timestamp() + 60)
    assert mine(api, given).status_code == 200
    with api.session() as session:
        newer = links.token(after["token_key"], session.get_one(Customer, 1))
    assert mine(api, newer).status_code == 200
    api.app.state.config = replace(config, **after, token_key_until=api.clock().timestamp())
    assert mine(api, given).status_code == 401
    assert mine(api, newer).status_code == 200


def test_what_a_running_session_shows(api: Site) -> None:
    given = registered(api, "credentials")
    with api.app.state.sessions.begin() as session:
        session.get_one(Workshop, 1).replay_link = "https://example.org/replay"
        session.get_one(Workshop, 1).badge_img = "api101"
    api.clock.forward(minutes=30)
    answer = mine(api, given)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        **{"id": 1, "name": "Ann De Vries", "workshop": "API 101", "workshopId": 1, "notebook": "WKSHP-API101"},
        **{"state": "ready", "startDate": "2026-05-04T09:00:00.000Z", "endDate": "2026-05-04T11:00:00.000Z"},
        **{"secondsLeft": 5400, "startUrl": CLOSED_URL, "username": "student1", "duration": 2, "extensionsLeft": 1},
        **{"replayLink": "https://example.org/replay", "badgeImg": "api101"},
        **{"feedback": "https://example.org/feedback"},
    }
    assert list(answer.json()) == list(MyRegistration.model_fields)
    assert "secret-1" not in answer.text


@pytest.mark.parametrize(
    ("stored", "shown"),
    list(zip((None, *STATES), ("preparing", "preparing", "ready", "ending", "over", "over", "failed"), strict=True)),
)
def test_the_seat_is_shown_only_while_it_is_the_participants(api: Site, stored: str | None, shown: str) -> None:
    said = mine(api, registered(api, stored)).json()
    assert said["state"] == shown
    runs = shown in ("ready", "ending")
    assert (said["startUrl"], said["username"]) == ((CLOSED_URL, "student1") if runs else (None, None))
    assert (said["extensionsLeft"] == 1) == runs
    assert (said["secondsLeft"] == 0) == (shown in ("over", "failed"))


def test_a_session_whose_time_is_up_is_over_before_the_life_cycle_says_so(api: Site) -> None:
    given = registered(api, "expiring")
    api.clock.forward(hours=2)
    assert mine(api, given).json()["state"] == "over"
    assert mine(api, given, "POST", "/extend").status_code == 403


def test_a_workshop_that_has_left_the_catalogue(api: Site) -> None:
    given = registered(api, "credentials")
    api.call("DELETE", "/api/workshop/1", "admin")
    said = mine(api, given).json()
    assert (said["workshop"], said["workshopId"], said["duration"], said["badgeImg"]) == ("API 101", None, 4, None)


def test_extending_once_by_either_way(api: Site) -> None:
    given = registered(api, "expiring")
    said = mine(api, given, "POST", "/extend").json()
    assert (said["endDate"], said["state"], said["extensionsLeft"]) == ("2026-05-04T13:00:00.000Z", "ready", 0)
    refused = mine(api, given, "POST", "/extend")
    assert (refused.status_code, refused.json()) == (403, {"message": "This session cannot be extended"})
    seat = {"id": 1, "username": "student1", "password": "secret-1"}
    assert api.call("POST", "/api/customer/extend", json=seat).status_code == 403, "they share the count"


def test_ending_twice_is_ending_once(api: Site) -> None:
    given = registered(api, "credentials")
    first, again = mine(api, given, "DELETE"), mine(api, given, "DELETE")
    assert first.json() == again.json() == mine(api, given).json()
    assert (first.status_code, first.json()["state"], first.json()["startUrl"]) == (200, "over", None)
    assert len(rows(api, TRACE, event="unregister")) == 1


@pytest.mark.parametrize("wrong", [None, "x", "A" * 48, "\u00fc" * 48, "A" * 47 + "=", "_" * 48, "A" * 4000, "a b"])
def test_what_is_no_link(api: Site, wrong: str | None) -> None:
    registered(api, "credentials")
    headers = {links.HEADER.encode(): wrong.encode()} if wrong else {}
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/extend")):
        answer = api.client.request(method, f"/api/my{path}", headers=headers)
        assert (answer.status_code, list(answer.json())) == (401, ["message"])


def test_a_link_is_good_for_one_registration_only(api: Site) -> None:
    first, second = registered(api), registered(api, email="bob@example.org")
    assert mine(api, second).json()["name"] == mine(api, first).json()["name"]
    assert (mine(api, first).json()["id"], mine(api, second).json()["id"]) == (1, 2)
    swapped = base64.urlsafe_b64decode(second)[:4] + base64.urlsafe_b64decode(first)[4:]
    assert mine(api, base64.urlsafe_b64encode(swapped).decode()).status_code == 401


@pytest.mark.parametrize("other", [{"created_at": START - timedelta(days=9)}, {"email": "bob@example.org"}])
def test_another_registration_with_the_same_id_has_another_link(api: Site, other: dict[str, Any]) -> None:
    given = registered(api)
    change(api, **other)
    assert mine(api, given).status_code == 401
    assert mine(api, token(api)).status_code == 200


def test_another_key_makes_another_link() -> None:
    row = Customer(id=7, email="ann@example.org", created_at=START)
    assert links.proves(KEY, row, links.token(KEY, row))
    assert not links.proves(KEY + "x", row, links.token(KEY, row))
    assert not links.proves(KEY, None, links.token(KEY, Customer(id=1))), "nobody's"


def test_guessing_is_limited_and_right_links_are_not(database_url: str) -> None:
    with site(database_url, login_rate=5) as api:
        given = registered(api)
        assert {mine(api, given).status_code for _ in range(20)} == {200}
        statuses = [mine(api, "A" * 48).status_code for _ in range(8)]
        assert (statuses[:5], statuses[-1]) == ([401] * 5, 429)
        assert api.call("POST", "/api/login", json={"username": "x", "password": "y"}).status_code == 404


def asked(api: Site, email: str) -> tuple[int, Any]:
    answer = api.call("POST", "/api/my/link", json={"email": email})
    return answer.status_code, answer.json()


def test_the_link_is_mailed_again_every_ten_minutes_at_most(api: Site) -> None:
    given = registered(api, "credentials")
    for email in ("Ann@example.org ", "ann@example.org", "nobody@example.org", "no address", ""):
        assert asked(api, email) == (202, {})
    (mail,) = rows(api, OUTBOX, kind="mail")
    assert (mail.recipient, mail.payload["letter"], mail.payload["facts"]["token"]) == (
        "ann@example.org",
        "link",
        given,
    )
    assert "secret-1" not in str(mail.payload)
    api.clock.forward(minutes=9, seconds=59)
    asked(api, "ann@example.org")
    assert len(rows(api, OUTBOX, kind="mail")) == 1
    api.clock.forward(seconds=1)
    asked(api, "ann@example.org")
    assert len(rows(api, OUTBOX, kind="mail")) == 2


@pytest.mark.parametrize("state", ["unregister", "expired", "error"])
def test_no_mail_for_what_is_over(api: Site, state: str) -> None:
    registered(api, state)
    assert asked(api, "ann@example.org") == (202, {})
    assert rows(api, OUTBOX, kind="mail") == []


def test_asking_for_links_is_limited(database_url: str) -> None:
    with site(database_url, registration_rate=3) as api:
        assert [asked(api, "nobody@example.org")[0] for _ in range(4)] == [202, 202, 202, 429]


def test_the_mails_have_the_link_and_forget_it(database_url: str) -> None:
    with life.site(database_url) as made:
        made.workshop()
        number = made.register()
        made.tick()
        made.set(number, active=True)
        made.tick()
        made.tick(hours=3, minutes=30)
        link = f"https://wod.example.org/my/#{links.token(made.config.token_key, made.customer(number))}"
        assert len(made.relay.mails) == 3
        for mail in made.relay.mails:
            for kind in ("plain", "html"):
                part = mail.get_body((kind,))
                assert part is not None
                assert link in part.get_content()
        assert all("facts" not in row.payload for row in made.outbox().values() if row.kind == "mail")


def test_a_mail_queued_by_an_older_release_still_leaves(database_url: str) -> None:
    with life.site(database_url) as made:
        made.workshop()
        number = made.register()
        made.relay.answers["MAIL"] = "451 later"
        made.tick()
        with made.engine.begin() as bind:
            queued = bind.execute(select(OUTBOX).where(OUTBOX.c.kind == "mail")).one()
            facts = {key: value for key, value in queued.payload["facts"].items() if key != "token"}
            payload = {**queued.payload, "facts": facts}
            bind.execute(update(OUTBOX).where(OUTBOX.c.id == queued.id).values(payload=payload))
        made.relay.answers.clear()
        made.tick(minutes=5)
        assert "/my/" not in made.relay.raw[0].decode()
        assert made.customer(number).last_email_sent == "welcome"
