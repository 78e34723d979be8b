"""Every route of contract section 3.2: its answers, its keys in their order, its roles, its errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.api.site import FIRST, START, Site, site, until
from wod.api.lifecycle.trace import note

WORKSHOP = [
    *("id", "name", "notebook", "description", "capacity", "priority", "range", "reset", "varpass", "ldap"),
    *("monoappliance", "multiappliance", "beta", "sessionId", "sessionType", "location", "avatar", "role"),
    *("preRequisite", "compile", "replayLink", "active", "workshopImg", "badgeImg", "replayId", "category"),
    *("alternateLocation", "duration", "presenter", "createdAt", "updatedAt"),
]
CUSTOMER = [
    *("id", "name", "email", "company", "sessionName", "sessionType", "location", "proxy", "active", "cleaned"),
    *("lastEmailSent", "notebook", "hours", "startDate", "specialBadgeId", "completionPercentage", "endDate"),
    *("createdAt", "updatedAt", "studentId"),
]
ADMIN, MODERATOR = "Require Admin Role!", "Require Moderator or Admin Role!"
TOKEN_ROUTES = ["workshopsBeta", "students", "students/1", "customers", "customers/1"]
MODERATED: list[tuple[str, str]] = [
    ("PUT", "workshop/1"),
    ("PUT", "student/1"),
    ("PUT", "customer/1"),
    ("PUT", "customer/unregister/1"),
    ("GET", "customers/1/trace"),
]
ADMINISTERED: list[tuple[str, str]] = [
    *(("GET", path) for path in ("users", "users/1")),
    *(("PUT", path) for path in ("user/1", "location/1")),
    *(("POST", path) for path in ("workshop", "student")),
    *(("DELETE", f"{what}/1") for what in ("user", "workshop", "student", "customer", "location")),
    *(("POST", "emails"), ("POST", "email/send-feedback"), ("GET", "email/random/1")),
]


@pytest.fixture
def api(database_url: str) -> Iterator[Site]:
    with site(database_url) as made:
        yield made


def _body(method: str) -> dict[str, Any]:
    return {"json": {}} if method in ("PUT", "POST") else {}


def test_greetings_and_documents(api: Site) -> None:
    assert api.call("GET", "/").json() == {"hello": "hi!"}
    assert api.call("GET", "/test").json() == api.call("GET", "/api/test").json() == {"hello": "test"}
    assert api.call("GET", "/healthz").json() == {"status": "ok"}
    assert api.call("GET", "/swagger.json").json() == api.call("GET", "/api/swagger.json").json()
    assert "swagger-ui" in api.call("GET", "/api/docs").text


def test_a_token_is_needed(api: Site) -> None:
    api.register()
    for path in TOKEN_ROUTES:
        refused = api.call("GET", f"/api/{path}")
        assert (refused.status_code, refused.json()) == (403, {"message": "No token provided!"})
        assert api.call("GET", f"/api/{path}", "plain").status_code == 200


def test_each_role_gets_as_far_as_it_may(api: Site) -> None:
    """One test for all, for each log-in costs time; a body is there, so that it is the role that decides."""
    tokens = {who: {"x-access-token": api.token(who)} for who in ("plain", "moderator")}
    for wanted, routes, refusal in ((("plain",), MODERATED, MODERATOR), (tuple(tokens), ADMINISTERED, ADMIN)):
        for method, path in routes:
            answer = api.call(method, f"/api/{path}", **_body(method))
            assert (answer.status_code, answer.json()) == (403, {"message": "No token provided!"}), (method, path)
            for who in wanted:
                answer = api.call(method, f"/api/{path}", headers=tokens[who], **_body(method))
                assert (answer.status_code, answer.json()) == (403, {"message": refusal}), (method, path, who)


def test_each_protected_route_refuses_a_token_that_is_not_good(api: Site) -> None:
    for method, path in [*(("GET", path) for path in TOKEN_ROUTES), *MODERATED, *ADMINISTERED]:
        answer = api.call(method, f"/api/{path}", headers={"x-access-token": "a.b.c"}, **_body(method))
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized!"}), (method, path)


def test_each_role_does_what_it_may(api: Site) -> None:
    """Whoever may more may also do what the role below may; removals come last."""
    api.register()
    tokens = {who: {"x-access-token": api.token(who)} for who in ("plain", "moderator", "admin")}
    allowed = {"plain": [("GET", path) for path in TOKEN_ROUTES], "moderator": MODERATED, "admin": ADMINISTERED}
    roles = list(allowed)
    for level, who in enumerate(roles):
        routes = [route for role in roles[: level + 1] for route in allowed[role] if route[0] != "DELETE"]
        for method, path in routes:
            answer = api.call(method, f"/api/{path}", headers=tokens[who], **_body(method))
            assert answer.status_code == (410 if "email" in path else 200), (who, method, path)
    for what in ("customer", "student", "workshop", "location", "user"):
        assert api.call("DELETE", f"/api/{what}/1", headers=tokens["admin"]).json() == {}, what


def test_what_anybody_reads(api: Site) -> None:
    open_ones = ("workshops", "workshops/1", "locations", "location/1", "special-badges", "test", "swagger.json")
    for path in open_ones:
        assert api.call("GET", f"/api/{path}").status_code == 200, path


def test_numbers_that_are_none(api: Site) -> None:
    """The original answers with its SQL error."""
    token = {"x-access-token": api.token("admin")}
    for path in ("workshops", "students", "customers", "location", "users"):
        answer = api.call("GET", f"/api/{path}/x", headers=token)
        assert (answer.status_code, list(answer.json())) == (400, ["error"]), path
    for what in ("workshop", "student", "customer", "location", "user"):
        assert api.call("PUT", f"/api/{what}/x", headers=token, json={}).status_code == 400, what
        assert api.call("DELETE", f"/api/{what}/x", headers=token).status_code == 400, what
    for what, fields in (("workshop", {"range": [5]}), ("student", {"id": 1}), ("student", {"assigned": "perhaps"})):
        assert api.call("POST", f"/api/{what}", headers=token, json=fields).status_code == 400, (what, fields)


def test_workshops_are_listed_by_priority_with_the_popular_ones(api: Site) -> None:
    api.register()
    listed = api.call("GET", "/api/workshops").json()
    assert [each["name"] for each in listed] == ["Two Places", "API 101", "Old", "Full"]
    assert list(listed[0]) == [*WORKSHOP, "popular"]
    assert {each["name"]: each["popular"] for each in listed}["API 101"] is True
    assert {each["popular"] for each in listed if each["name"] != "API 101"} == {False}


def test_workshops_by_activity(api: Site) -> None:
    shown = {each["id"] for each in api.call("GET", "/api/workshops?active=true").json()}
    hidden = {each["id"] for each in api.call("GET", "/api/workshops?active=false").json()}
    assert (shown, hidden) == ({1, 2, 4}, {3})
    assert api.call("GET", "/api/workshops?active=maybe").status_code == 400
    beta = api.call("GET", "/api/workshopsBeta", "plain").json()
    assert {each["id"] for each in beta} == {1, 2, 3}


def test_one_workshop(api: Site) -> None:
    one = api.call("GET", "/api/workshops/1").json()
    assert list(one) == WORKSHOP
    assert one["range"] == [1, 10]
    assert one["createdAt"].endswith("Z")
    assert len(one["createdAt"]) == len("2026-11-23T17:15:53.445Z")
    assert api.call("GET", "/api/workshops/x").status_code == 400


ABSENT = {
    "workshops/99": "Workshop Not Found",
    "students/0": "Student Not Found",
    "customers/0": "Customer Not Found",
    "customers/99/trace": "Customer Not Found",
    "location/99": "Location Not Found",
    "users/99": "User Not Found",
}


def test_what_is_not_there(api: Site) -> None:
    for path, said in ABSENT.items():
        answer = api.call("GET", f"/api/{path}", "admin")
        assert (answer.status_code, answer.text) == (400, said)
        assert answer.headers["content-type"].startswith("text/html")


def test_a_change_or_removal_of_what_is_not_there(api: Site) -> None:
    for what in ("workshop", "student", "customer", "location", "user"):
        changed = api.call("PUT", f"/api/{what}/99999", "admin", json={})
        removed = api.call("DELETE", f"/api/{what}/99999", "admin")
        assert [changed.status_code, removed.status_code] == [400, 400]
        assert changed.json() == removed.json() == {"error": {}}


def test_a_put_echoes_what_was_sent_and_stores_what_was_meant(api: Site) -> None:
    sent = {"capacity": "7", "active": "false", "id": 77, "unknown": 1, "name": "API 101"}
    answer = api.call("PUT", "/api/workshop/1", "moderator", json=sent).json()
    assert list(answer) == WORKSHOP
    assert (answer["id"], answer["capacity"], answer["active"]) == (1, "7", False)
    stored = api.call("GET", "/api/workshops/1").json()
    assert (stored["capacity"], stored["active"]) == (7, False)


def test_what_a_backend_puts(api: Site) -> None:
    """In the strings in which stock backends put it."""
    number = api.register().json()["id"]
    seat = api.call("PUT", "/api/student/1", "moderator", json={"password": "Xy12", "assigned": "true"}).json()
    assert (seat["password"], seat["assigned"]) == ("Xy12", True)
    for sent in ({"active": "true"}, {"completionPercentage": "85"}, {"cleaned": "true"}):
        assert api.call("PUT", f"/api/customer/{number}", "moderator", json=sent).status_code == 200
    stored = api.call("GET", f"/api/customers/{number}", "moderator").json()
    assert list(stored) == CUSTOMER
    assert (stored["active"], stored["completionPercentage"], stored["cleaned"]) == (True, 85, True)


UNFIT: list[tuple[str, Any]] = [
    ("workshop/1", {"capacity": "many"}),
    ("workshop/1", {"capacity": -1}),
    ("workshop/1", {"capacity": 2**40}),
    ("workshop/1", {"active": None}),
    ("workshop/1", {"name": "x" * 300}),
    ("workshop/1", {"name": "a\x00b"}),
    ("student/1", {"url": "\ud800"}),
    ("student/1", ["password"]),
    ("location/1", {"name": "be2.example.org"}),
]


def test_what_does_not_fit_is_refused_without_a_word_of_sql(api: Site) -> None:
    headers = {"content-type": "application/json"}
    for path, sent in UNFIT:
        answer = api.call("PUT", f"/api/{path}", "admin", content=json.dumps(sent).encode(), headers=headers)
        assert (answer.status_code, list(answer.json())) == (400, ["error"]), (path, sent)
        assert not {"UPDATE", "psycopg", "Traceback"} & set(answer.text.replace('"', " ").split())


def test_malformed_json(api: Site) -> None:
    sent = b'{\\"assigned\\": \\"false\\"}'  # as a stock backend's PURGE sends it
    answer = api.call("PUT", "/api/student/1", "moderator", content=sent, headers={"content-type": "application/json"})
    assert answer.status_code == 400


def test_rows_are_made_and_removed_by_an_admin(api: Site) -> None:
    made = api.call("POST", "/api/workshop", "admin", json={"name": "New", "capacity": "5", "range": [1, 5]}).json()
    assert (made["id"], made["capacity"], made["beta"], made["duration"]) == (5, "5", False, 4)
    assert api.call("DELETE", "/api/workshop/5", "admin").json() == {}
    seat = api.call("POST", "/api/student", "admin", json={"id": 500, "username": "student5", "location": "x"}).json()
    assert (seat["id"], seat["assigned"]) == (500, False)
    assert api.call("DELETE", "/api/student/500", "admin").json() == {}
    number = api.register().json()["id"]
    assert api.call("DELETE", "/api/student/1", "admin").status_code == 400, "somebody sits on it"
    assert api.call("DELETE", f"/api/customer/{number}", "admin").json() == {}


def test_locations(api: Site) -> None:
    listed = api.call("GET", "/api/locations").json()
    assert [list(each) for each in listed] == [
        ["id", "name", "basestdid", "proto", "port", "createdAt", "updatedAt"]
    ] * 2
    assert (listed[0]["name"], listed[0]["basestdid"], listed[0]["port"]) == (FIRST, 0, "443")
    assert api.call("GET", "/api/location/2").json()["basestdid"] == 100
    assert api.call("PUT", "/api/location/2", "admin", json={"port": 8000}).json()["port"] == 8000
    assert api.call("GET", "/api/location/2").json()["port"] == "8000"
    assert api.call("DELETE", "/api/location/2", "admin").json() == {}


def test_badges(api: Site) -> None:
    badge = api.call("GET", "/api/special-badges").json()[0]
    assert list(badge) == ["id", "name", "title", "description", "badgeImg", "createdAt", "updatedAt"]
    assert badge["updatedAt"] == "2026-05-04 09:00:00.000 +00:00"


def test_the_mailing_lists_are_gone(api: Site) -> None:
    assert api.call("POST", "/api/emails", "admin", json={}).status_code == 410
    assert api.call("GET", "/api/email/random/abc", "admin").status_code == 410


def test_unregistering_by_a_moderator(api: Site) -> None:
    number = api.register().json()["id"]
    api.clock.forward(hours=1)
    answer = api.call("PUT", f"/api/customer/unregister/{number}", "moderator", json={"hours": 99}).json()
    assert list(answer) == CUSTOMER
    assert (answer["active"], answer["lastEmailSent"], answer["hours"]) == (False, "unregister", 4)
    assert answer["endDate"] == "2026-05-04T10:00:00.000Z"
    assert api.call("PUT", "/api/customer/unregister/99", "moderator").status_code == 400


def test_unregistering_what_is_over_changes_nothing(api: Site) -> None:
    number = api.register().json()["id"]
    api.call("PUT", f"/api/customer/{number}", "moderator", json={"lastEmailSent": "expired"})
    answer = api.call("PUT", f"/api/customer/unregister/{number}", "moderator").json()
    assert answer["lastEmailSent"] == "expired"


def test_the_trace_of_a_registration(api: Site) -> None:
    number = api.register().json()["id"]
    with api.app.state.sessions.begin() as session:
        note(session, number, START, "order taken", "CREATE")
    events = api.call("GET", f"/api/customers/{number}/trace", "moderator").json()
    assert [event["event"] for event in events] == ["registered", "order taken"]
    assert events[0]["moment"] == "2026-05-04T09:00:00.000Z"


def test_metrics(api: Site) -> None:
    api.register()
    counted = 'wod_api_requests_total{method="POST",route="/api/customer",status="200"} 1.0'
    assert until(lambda: counted in api.call("GET", "/metrics").text)
    said = api.call("GET", "/metrics").text
    assert 'wod_seats{state="taken"} 1' in said
    assert 'wod_registrations{state="new"} 1' in said


def test_large_answers_are_compressed(api: Site) -> None:
    assert api.call("GET", "/api/workshops").headers["content-encoding"] == "gzip"
