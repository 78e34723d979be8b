"""Who gets in, how often, and what a session's credentials are good for; attacks are in test_attempts.py."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from tests.unit.api.site import KEY, PASSWORDS, START, Site, configured, served, site, until
from wod.api.app import create_app
from wod.api.limits import Bucket
from wod.api.models import Student, User
from wod.api.security import hashed, matches

WHEN = int(START.timestamp())


@pytest.fixture
def api(database_url: str) -> Iterator[Site]:
    with site(database_url) as made:
        yield made


def _read_users(api: Site, token: str) -> tuple[int, Any]:
    answer = api.call("GET", "/api/users", headers={"x-access-token": token})
    return answer.status_code, answer.json()


def test_a_log_in(api: Site) -> None:
    answer = api.call("POST", "/api/login", json={"username": "moderator", "password": PASSWORDS["moderator"]}).json()
    assert list(answer) == ["id", "username", "email", "roles", "accessToken"]
    assert answer["roles"] == ["ROLE_USER", "ROLE_MODERATOR"]
    claims = jwt.decode(answer["accessToken"], KEY, ["HS256"], options={"verify_exp": False, "verify_iat": False})
    assert claims == {"id": 2, "iat": WHEN, "exp": WHEN + 180}


def test_a_log_in_that_fails(api: Site) -> None:
    unknown = api.call("POST", "/api/login", json={"username": "nobody", "password": "x"})
    assert (unknown.status_code, unknown.json()) == (404, {"message": "User Not found."})
    wrong = api.call("POST", "/api/login", json={"username": "admin", "password": "x"})
    assert (wrong.status_code, wrong.json()) == (401, {"accessToken": None, "message": "Invalid Password!"})
    assert api.call("POST", "/api/login", json={"username": "admin"}).status_code == 400
    assert api.call("POST", "/api/login", json={"username": {"a": 1}, "password": "x"}).status_code == 400


def test_a_token_is_good_for_its_time_and_while_its_account_is_there(api: Site) -> None:
    token = api.token("admin")
    api.clock.forward(seconds=179)
    assert _read_users(api, token)[0] == 200
    api.clock.forward(seconds=2)
    assert _read_users(api, token)[0] == 401
    token = api.token("admin")
    assert api.call("DELETE", "/api/user/3", headers={"x-access-token": token}).json() == {}
    assert _read_users(api, token) == (401, {"message": "Unauthorized!"})


def test_no_hash_is_served_and_new_passwords_are_hashed(api: Site) -> None:
    users = api.call("GET", "/api/users", "admin")
    assert [list(user) for user in users.json()] == [
        ["id", "username", "email", "createdAt", "updatedAt", "roleId"]
    ] * 3
    changed = api.call("PUT", "/api/user/1", "admin", json={"password": "another-one"})
    assert "$2" not in users.text + changed.text
    assert "another-one" not in changed.text
    given = {"username": "plain", "password": "another-one"}
    assert api.call("POST", "/api/login", json=given).status_code == 200
    with api.session() as session:
        stored = session.get(User, 1)
        assert stored is not None
        assert str(stored.password).startswith("$2b$12$")


def test_signing_up(api: Site) -> None:
    wanted = {"username": "ann", "email": "ann@example.org", "password": "x", "roles": ["user", "moderator"]}
    ok = api.call("POST", "/api/user", "admin", json=wanted)
    assert (ok.status_code, ok.json()) == (200, {"message": "User was registered successfully!"})
    for change, text in (
        ({}, "Username is already in use!"),
        ({"username": "bob"}, "Email is already in use!"),
        ({"username": "bob", "email": "b@example.org", "roles": ["king"]}, "Role does not exist = king"),
    ):
        answer = api.call("POST", "/api/user", "admin", json={**wanted, **change})
        assert (answer.status_code, answer.json()) == (400, {"message": f"Failed! {text}"})
    long = api.call("POST", "/api/user", json={"username": "c", "email": "c@example.org", "password": "x" * 73})
    assert long.status_code == 400


def test_a_participant_ends_the_own_session_with_the_credentials_of_its_seat(api: Site) -> None:
    number = api.register().json()["id"]
    path = f"/api/customer/unregister/{number}"
    for wrong in ({"username": "student1", "password": "x"}, {"username": "student2", "password": "secret-2"}):
        assert api.call("PUT", path, json=wrong).status_code == 401
    assert api.call("PUT", path, json={"username": "", "password": ""}).status_code == 403
    assert api.call("PUT", "/api/customer/unregister/99", json={"username": "a", "password": "b"}).status_code == 401
    right = api.call("PUT", path, json={"username": "student1", "password": "secret-1"})
    assert right.json()["lastEmailSent"] == "unregister"


def test_a_seat_without_a_password_proves_nothing(api: Site) -> None:
    number = api.register().json()["id"]
    with api.app.state.sessions.begin() as session:
        session.get(Student, 1).password = None
    given = {"username": "student1", "password": ""}
    assert api.call("PUT", f"/api/customer/unregister/{number}", json=given).status_code == 401


def test_extending_once(database_url: str) -> None:
    with site(database_url, extensions=1) as api:
        mine = {"id": api.register().json()["id"], "username": "student1", "password": "secret-1"}
        refused = {"message": "This session cannot be extended"}
        assert api.call("POST", "/api/customer/extend", json=mine).json() == refused, "it has not begun"
        api.call("PUT", f"/api/customer/{mine['id']}", "moderator", json={"lastEmailSent": "expiring"})
        assert api.call("POST", "/api/customer/extend", json={**mine, "password": "x"}).status_code == 401
        answer = api.call("POST", "/api/customer/extend", json=mine).json()
        assert (answer["endDate"], answer["lastEmailSent"]) == ("2026-05-04T13:00:00.000Z", "credentials")
        again = api.call("POST", "/api/customer/extend", json=mine)
        assert (again.status_code, again.json()) == (403, refused)


def test_extending_is_off_by_default(api: Site) -> None:
    mine = {"id": api.register().json()["id"], "username": "student1", "password": "secret-1"}
    api.call("PUT", f"/api/customer/{mine['id']}", "moderator", json={"lastEmailSent": "credentials"})
    assert api.call("POST", "/api/customer/extend", json=mine).status_code == 403


def test_a_database_that_is_away() -> None:
    app = create_app(configured("postgresql+psycopg://nobody@/nothing?host=/nonexistent"))
    with served(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        assert client.get("/healthz").status_code == 503
        answer = client.get("/api/workshops")
        assert (answer.status_code, list(answer.json())) == (503, ["message"])
        assert "nonexistent" not in answer.text


def test_one_line_per_request(api: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "wod.api.access")
    api.call("GET", "/api/none%0Arequest=forged", headers={"x-request-id": "bad id\t!"})
    line = until(lambda: "".join(said for said in caplog.messages if "forged" in said))
    assert "\n" not in line
    assert "bad id" not in line
    assert "path=/api/none%0Arequest=forged status=404" in line


def test_large_bodies(database_url: str) -> None:
    with site(database_url, body_limit=2000) as api:
        said = api.call("POST", "/api/customer", json={"title": "x" * 3000})
        grown = api.call(
            "POST", "/api/customer", content=iter([b"x" * 1500] * 3), headers={"content-type": "application/json"}
        )
    assert (said.status_code, grown.status_code) == (413, 413)


def test_rates(database_url: str) -> None:
    with site(database_url, login_rate=2, registration_rate=3) as api:
        for _ in range(5):
            api.token("plain")  # a log-in that succeeds costs nothing
        wrong = {"username": "admin", "password": "x"}
        assert [api.call("POST", "/api/login", json=wrong).status_code for _ in range(3)] == [401, 401, 429]
        assert [api.register(f"p{n}@example.org").status_code for n in range(4)] == [200, 200, 200, 429]


def test_a_bucket_fills_again() -> None:
    moment = [0.0]
    bucket = Bucket(60, lambda: moment[0])
    assert [bucket.take("a") for _ in range(61)] == [True] * 60 + [False]
    assert bucket.take("b")
    moment[0] = 2.0
    assert [bucket.take("a") for _ in range(3)] == [True, True, False]


def test_cross_origin(api: Site) -> None:
    ask = {"access-control-request-method": "PUT", "access-control-request-headers": "x-access-token,content-type"}
    good = api.client.options("/api/customer/1", headers={"origin": "https://portal.example.org", **ask})
    assert good.headers["access-control-allow-origin"] == "https://portal.example.org"
    bad = api.client.options("/api/customer/1", headers={"origin": "https://evil.example.org", **ask})
    assert "access-control-allow-origin" not in bad.headers


def test_passwords_of_other_makers() -> None:
    """``$2a$`` is pgcrypto's; an empty or foreign one never matches, nor makes an error."""
    assert matches("x", hashed("x").replace("$2b$", "$2a$"))
    assert not any(matches("x", stored) for stored in (None, "", "dummy", "$2b$12$short"))
    assert not matches("a\0b", hashed("a"))
