"""What strangers and ordinary accounts could do to the original's API (found by trying), each tried here and refused.

One file is the list. What concerns mail to a backend is in test_orders.py and tests/unit/engine/test_hostile_mail.py.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import httpx
import jwt
import pytest

from tests.unit.api import life
from tests.unit.api.site import FIRST, KEY, START, Site, configured, served, site
from wod.api.app import create_app
from wod.api.models import Customer
from wod.api.security import PUBLISHED

WHEN = int(START.timestamp())


@pytest.fixture
def api(database_url: str) -> Iterator[Site]:
    with site(database_url) as made:
        yield made


def _read_users(api: Site, token: str) -> tuple[int, Any]:
    answer = api.call("GET", "/api/users", headers={"x-access-token": token})
    return answer.status_code, answer.json()


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _unsigned(claims: dict[str, Any], algorithm: str) -> str:
    return f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(claims)}."


def _altered(mine: dict[str, Any], wanted: dict[str, Any]) -> str:
    header, _, signature = jwt.encode(mine, KEY, "HS256").split(".")
    return f"{header}.{_part(wanted)}.{signature}"


LIFE = {"iat": WHEN, "exp": WHEN + 180}
FORGED = {
    "signed with the published key": jwt.encode({"id": 3, **LIFE}, PUBLISHED + "-" * 20, "HS256"),
    "signed otherwise": jwt.encode({"id": 3, **LIFE}, KEY, "HS384"),
    "over": jwt.encode({"id": 3, "iat": WHEN - 400, "exp": WHEN - 220}, KEY, "HS256"),
    "without an end": jwt.encode({"id": 3, "iat": WHEN}, KEY, "HS256"),
    "of nobody": jwt.encode({"id": 99, **LIFE}, KEY, "HS256"),
    "of a text": jwt.encode({"id": "3 OR 1=1", **LIFE}, KEY, "HS256"),
    "of a huge number": jwt.encode({"id": 2**70, **LIFE}, KEY, "HS256"),
    "of a truth": jwt.encode({"id": True, "iat": WHEN, "exp": "soon"}, KEY, "HS256"),
    **{f"not signed, {name}": _unsigned({"id": 3, **LIFE}, name) for name in ("none", "None", "NONE", "")},
    "another's id under a true signature": _altered({"id": 1, **LIFE}, {"id": 3, **LIFE}),
    "a word": "nonsense",
    "dots": "a.b.c",
}


def test_forged_tokens(api: Site) -> None:
    for kind, token in FORGED.items():
        assert _read_users(api, token) == (401, {"message": "Unauthorized!"}), kind


def test_the_published_key_is_refused() -> None:
    for key in ("", PUBLISHED):
        with pytest.raises(ValueError, match="secret of this site"):
            create_app(replace(configured("postgresql+psycopg://x/y"), token_key=key))


def test_nobody_makes_themselves_an_admin(api: Site) -> None:
    wanted = {"username": "mallory", "email": "m@example.org", "password": "x", "roles": ["admin"]}
    assert api.call("POST", "/api/user", json=wanted).status_code == 403
    assert api.call("POST", "/api/user", "moderator", json=wanted).json() == {"message": "Require Admin Role!"}
    assert api.call("POST", "/api/user", json={**wanted, "roles": None, "roleId": 3, "id": 3}).status_code == 200
    mine = api.call("POST", "/api/login", json=wanted).json()
    assert mine["roles"] == ["ROLE_USER"]
    refused = api.call("PUT", f"/api/user/{mine['id']}", headers={"x-access-token": mine["accessToken"]}, json={})
    assert refused.status_code == 403


def test_locations_are_not_for_everybody(api: Site) -> None:
    for method, more in (("PUT", {"json": {"name": "evil.example.org"}}), ("DELETE", {})):
        assert api.call(method, "/api/location/1", **more).status_code == 403
        assert api.call(method, "/api/location/1", "moderator", **more).status_code == 403
    assert api.call("GET", "/api/location/1").json()["name"] == FIRST


def test_the_client_says_only_who_it_is(api: Site) -> None:
    forged = {"notebook": "WKSHP-X\nQUIT", "location": "evil.example.org", "sessionType": "x", "active": True}
    more = {
        "studentId": 5,
        "id": 77,
        "lastEmailSent": "expired",
        "hours": 999,
        "endDate": "2099-01-01",
        "cleaned": True,
    }
    assert api.register(**forged, **more).json()["studentId"] == 1
    with api.session() as session:
        made = session.get_one(Customer, 1)
    assert (made.notebook, made.location, made.session_type) == ("WKSHP-API101", FIRST, "Workshops-on-Demand")
    assert (made.active, made.cleaned, made.last_email_sent, made.hours) == (False, False, None, 4)


def test_what_would_break_out_of_a_header_is_refused(api: Site) -> None:
    evil = ["a\nRCPT TO: <x@example.org>", "a\r\n.\r\n", "a\x00b", "a\u2028b", "a\x85b", "x" * 256]
    for field, value in product(["name", "email", "company", "proxy"], evil):
        answer = api.register(**{field: value})
        assert (answer.status_code, list(answer.json())) == (400, ["error"]), (field, value)


def test_passwords_of_students_and_names_of_people_are_for_moderators(api: Site) -> None:
    number = api.register().json()["id"]
    assert "secret-" not in api.call("GET", "/api/students", "plain").text
    assert api.call("GET", "/api/students/1", "plain").json()["password"] is None
    assert api.call("GET", "/api/students/1", "moderator").json()["password"] == "secret-1"
    assert "ann" not in api.call("GET", "/api/customers", "plain").text.lower()
    assert api.call("GET", f"/api/customers/{number}", "moderator").json()["email"] == "ann@example.org"


def test_an_error_tells_nothing(api: Site, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise RuntimeError("SELECT password FROM users")

    api.app.add_api_route("/broken", broken)
    answer = api.call("GET", "/broken", headers={"x-request-id": "mine-1"})
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    assert answer.headers["x-request-id"] == "mine-1"
    assert any("mine-1" in record.getMessage() and record.exc_info for record in caplog.records)


WRITES: list[tuple[str, dict[str, Any]]] = [
    ("workshop/1", {"capacity": 999, "location": "evil.example.org"}),
    ("student/1", {"password": "mine", "url": "https://evil.example.org", "assigned": False}),
    ("customer/1", {"email": "mallory@example.org", "endDate": "2099-01-01T00:00:00Z", "studentId": 5, "active": True}),
    ("customer/unregister/1", {"lastEmailSent": "expired"}),
    ("location/1", {"name": "evil.example.org"}),
    ("user/1", {"roleId": 3, "username": "admin", "password": "mine"}),
    ("user/3", {"password": "mine"}),
]


def _everything(api: Site) -> dict[str, str]:
    """As an admin sees it."""
    token = {"x-access-token": api.token("admin")}
    lists = ("workshops", "students", "customers", "locations", "users")
    return {name: api.call("GET", f"/api/{name}", headers=token).text for name in lists}


def test_writes_by_strangers_and_ordinary_accounts_change_nothing(api: Site) -> None:
    api.register()
    before, mine = _everything(api), {"x-access-token": api.token("plain")}
    for (path, fields), headers in product(WRITES, ({}, mine)):
        assert api.call("PUT", f"/api/{path}", headers=headers, json=fields).status_code == 403, path
        assert api.call("DELETE", f"/api/{path}", headers=headers).status_code in (403, 405), path
    assert _everything(api) == before


def test_a_participant_writes_nothing_else_into_the_own_session(database_url: str) -> None:
    with site(database_url, extensions=1) as api:
        mine = {"id": api.register().json()["id"], "username": "student1", "password": "secret-1"}
        api.call("PUT", "/api/customer/1", "moderator", json={"lastEmailSent": "credentials"})
        more = {"endDate": "2099-01-01T00:00:00Z", "hours": 99, "studentId": 5, "email": "m@example.org"}
        answer = api.call("POST", "/api/customer/extend", json={**mine, **more}).json()
        assert (answer["endDate"], answer["hours"], answer["studentId"]) == ("2026-05-04T13:00:00.000Z", 4, 1)
        ended = api.call("PUT", "/api/customer/unregister/1", json={**mine, **more, "lastEmailSent": "expired"}).json()
        assert (ended["lastEmailSent"], ended["studentId"]) == ("unregister", 1)
        assert ended["email"] == "ann@example.org"


def test_a_seats_password_is_not_guessed(database_url: str) -> None:
    with site(database_url, login_rate=3) as api:
        path = f"/api/customer/unregister/{api.register().json()['id']}"
        tries = [api.call("PUT", path, json={"username": "student1", "password": f"x{n}"}) for n in range(5)]
        assert [answer.status_code for answer in tries] == [401] * 3 + [429] * 2


def test_no_secret_is_in_what_strangers_and_ordinary_accounts_read(api: Site) -> None:
    """All routes that read, those of rows with the first row."""
    api.register()
    mine = {"x-access-token": api.token("plain")}
    paths = [path for path, methods in api.call("GET", "/swagger.json").json()["paths"].items() if "get" in methods]
    secrets = ("secret-", "$2a$", "$2b$", KEY, "ann@example.org", "Ann De Vries", "postgresql")
    assert len(paths) > 15
    for path, headers in product([*paths, "/api/docs", "/swagger.json"], ({}, mine)):
        said = api.call("GET", path.replace("{number}", "1"), headers=headers).text
        assert not [secret for secret in secrets if secret in said], path


def test_lines_in_fields_make_no_second_order_and_no_second_mail(database_url: str) -> None:
    """From the request to the servers of the mails: what the original put between two dots was a mail of its own."""
    evil = "WKSHP-X\r\n.\r\nMAIL FROM:<root@example.org>\r\nRCPT TO:<root>\r\nDATA\r\nSubject: RESET 1 1"
    with life.site(database_url) as around:
        around.workshop()
        app = create_app(replace(around.config, token_key=KEY, login_rate=0, registration_rate=0), around.clock)
        with served(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
            person = {"name": "Ann", "email": "ann@example.org", "title": "API 101"}
            for field in ("name", "email", "company", "proxy", "title"):
                assert client.post("/api/customer", json={**person, field: evil}).status_code == 400, field
            more = dict.fromkeys(("notebook", "location", "sessionType", "sessionName", "lastEmailSent"), evil)
            assert client.post("/api/customer", json={**person, **more}).status_code == 200
        around.tick()
        assert (len(around.backend.raw), len(around.relay.raw)) == (1, 1)
        assert b"RESET" not in around.backend.raw[0] + around.relay.raw[0]
        assert [line[:4].upper() for line in around.backend.commands] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
        assert around.relay.mails[0]["To"] == "ann@example.org"


ODD: list[tuple[str, str, Any]] = [
    ("GET", "/api/workshops/1'--", None),
    ("GET", "/api/workshops?active=';DROP TABLE users;--", None),
    ("GET", "/api/location/99999999999999999999", None),
    ("POST", "/api/login", {"username": "' OR 1=1 --", "password": "x"}),
    ("POST", "/api/login", {"username": {"$ne": None}, "password": {"$ne": None}}),
    ("POST", "/api/customer", {"title": ["API 101"], "email": "ann@example.org", "name": "Ann"}),
    ("POST", "/api/customer", "a text"),
    ("POST", "/api/user", {"username": "x" * 300, "email": "e", "password": "p"}),
    ("PUT", "/api/customer/unregister/1", {"username": "\x00", "password": "\x00"}),
    ("POST", "/api/customer/extend", {"id": 10**30, "username": "a", "password": "b"}),
]


def test_odd_requests_get_plain_errors(api: Site) -> None:
    """No stack trace, no SQL, no file's name: the original answers with its SQL."""
    for method, path, body in ODD:
        answer = api.call(method, path, **({} if body is None else {"json": body}))
        assert 400 <= answer.status_code < 500, path
        said = answer.text
        leaks = ("Traceback", "psycopg", "sqlalchemy", "SELECT", "INSERT", 'File "', ".py", "/site-packages")
        assert not [word for word in leaks if word in said], (path, said)


def test_no_page_repeats_what_was_sent(api: Site) -> None:
    """What is HTML could run in the browser of whoever is led there."""
    script = "<script>alert(1)</script>"
    answers = [
        api.call("GET", f"/api/{path}") for path in (script, f"workshops/{script}", f"workshops?active={script}")
    ]
    answers += [api.register(**{field: script}) for field in ("title", "name", "email", "company", "proxy")]
    answers += [api.call("POST", "/api/login", json={"username": script, "password": "x"})]
    for answer in answers:
        assert script not in answer.text or answer.headers["content-type"] == "application/json"


def test_what_participants_write_about_themselves_is_in_no_mail(database_url: str) -> None:
    with life.site(database_url) as around:
        around.workshop()
        around.set(around.register(), name="<script>alert(1)</script>", company="alert(2)", proxy="alert(3)")
        around.tick()
        assert b"alert" not in around.relay.raw[0] + around.backend.raw[0]
