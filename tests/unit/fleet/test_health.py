"""The checks of a host, made on this machine; and which ones each role has."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.authority import issue
from tests.commands import run
from tests.standin.api import PASSWORD, USER, ApiStandIn
from tests.standin.hub import TOKEN, HubStandIn
from tests.standin.server import Answer
from tests.unit.fleet.serving import Pages, greeting, running
from wod import remote
from wod.fleet import health
from wod.inventory import load_site
from wod.site import Site

HOSTS = """
Host("be1", number=1),
Host("api", role="api_db", settings={"WODAPILISTEN": "192.0.2.30"}),
Host("www", role="frontends", external="workshops.example.org:443:https", internal="www:443:https",
     settings={"BRANDINGWOD": "Ham & Eggs", "WODTLS": "acme", "WODACMEMAIL": "x@example.org"}),
Host("box", role="appliances"),
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path))
    inventory = tmp_path / "site.py"
    inventory.write_text(f"from wod.inventory import Host, build\nglobals().update(build('test', [{HOSTS}]))\n")
    return load_site(inventory)


def found(*checks: dict[str, Any]) -> list[str]:
    """What this machine's checks say, by the program as a host runs it."""
    done = run(remote.program("host_survey", stdin=json.dumps({"checks": checks})))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["errors"] == {}
    return told["checks"]


def http(port: int, path: str = "/", **more: object) -> dict[str, Any]:
    asked = {"kind": "http", "proto": "http", "address": "127.0.0.1", "port": port, "path": path, "name": "example.org"}
    return {**asked, **more}


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_page_must_be_there_and_be_ours() -> None:
    with Pages({"/": (200, "<title>Ours</title>"), "/down": (503, "")}) as server, running(server):
        port = server.port
        said = found(http(port, expect="Ours"), http(port, expect="Theirs"), http(port, "/down"))
        assert server.hosts == [f"example.org:{port}"] * 3
    where = f"http://example.org:{port}"
    assert said == ["", f"{where}/ answers without 'Theirs'", f"{where}/down answers 503"]


def test_who_does_not_answer_is_said() -> None:
    port = closed_port()
    web, mail = found(http(port), {"kind": "smtp", "address": "127.0.0.1", "port": port})
    assert web.startswith(f"http://example.org:{port}/ does not answer: ")
    assert mail.startswith(f"the mail server on port {port} does not answer: ")


def test_an_encrypted_page_is_asked_for_by_its_name_whoever_signed_it(tmp_path: Path) -> None:
    with Pages({"/": (200, "Ours")}) as server:
        server.encrypt(issue("example.org"), tmp_path)
        with running(server):
            assert found(http(server.port, proto="https", expect="Ours")) == [""]


@pytest.mark.parametrize(
    ("text", "why"),
    [(b"220 be1 ESMTP\r\n", ""), (b"421 too busy\r\n", "the mail server on port {port} answers 421 too busy")],
)
def test_a_mail_server_greets(text: bytes, why: str) -> None:
    with greeting(text) as port:
        said = found({"kind": "smtp", "address": "127.0.0.1", "port": port})
    assert said == [why.format(port=port)]


def test_a_unit_must_be_active() -> None:
    assert "wod-no-such.service is " in found({"kind": "unit", "unit": "wod-no-such.service"})[0]


def brief(checks: list[dict[str, Any]]) -> list[str]:
    return [
        each.get("unit") or f"{each['kind']} {each['address']} {each['port']} {each.get('path', '')}" for each in checks
    ]


def test_every_role_has_its_checks(site: Site) -> None:
    by_host = {host.name: brief(health.checks_of(host)) for host in site.hosts}
    assert by_host == {
        "be1": [
            "http 127.0.0.1 8081 /hub/health",
            "http 127.0.0.1 8000 /hub/health",
            "smtp 127.0.0.1 10025 ",
            "wod-engine.service",
        ],
        "api": ["http 192.0.2.30 8021 /healthz", "wod-api.service", "wod-lifecycle.service"],
        "www": ["http 127.0.0.1 443 /", "http 127.0.0.1 443 /api/workshops"],
        "box": [],
    }


def test_the_portal_is_known_by_its_title_as_pages_have_it(site: Site) -> None:
    first = health.checks_of(site.host("www"))[0]
    assert (first["proto"], first["name"], first["expect"]) == ("https", "workshops.example.org", "Ham &amp; Eggs")


def test_one_sentence_says_all_that_is_wrong() -> None:
    assert health.verdict({"checks": ["", "a is down", "", "b is down"]}) == "a is down; b is down"
    assert health.verdict({"checks": ["", ""]}) == ""
    assert health.verdict({"errors": {"checks": "no"}}) == "the checks could not be made: no"


class Backend(HubStandIn):
    """A Hub with its proxy: a student's server answers behind both."""

    broken = False

    def route(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        if path.startswith("/user/"):
            name = path.split("/")[2]
            return (200, {}) if self.users.get(name) == "ready" and not self.broken else (502, {})
        return super().route(method, path, body, headers)


@pytest.fixture
def hub() -> Iterator[Backend]:
    with Backend() as server:
        server.users = {f"student{number}": "stopped" for number in range(1, 6)}
        yield server


@pytest.fixture
def api() -> Iterator[ApiStandIn]:
    with ApiStandIn() as server:
        yield server


def seat(api: ApiStandIn, number: int, assigned: bool, location: str = "be1.example.org") -> None:
    row = {"id": number, "username": f"student{number}", "location": location, "assigned": assigned}
    api.tables.seed("students", row)


def trial(folder: Path, hub: Backend, api: ApiStandIn) -> dict[str, str]:
    told = {"backend": "be1.example.org", "first": 1, "last": 5, "hub_url": f"{hub.url}/hub/api", "hub_token": TOKEN}
    told |= {"api_url": api.url, "api_user": USER, "api_password": PASSWORD}
    (folder / "worker.json").write_text(json.dumps(told))
    done = run(remote.program("hub_trial", folder / "worker.json", hub.url.rpartition(":")[2]))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_server_of_the_highest_free_seat_is_started_and_stopped(
    tmp_path: Path, hub: Backend, api: ApiStandIn
) -> None:
    seat(api, 5, assigned=True)
    seat(api, 3, assigned=True, location="be2.example.org")
    hub.users["student4"] = "ready"
    assert trial(tmp_path, hub, api) == {"student": "student3", "why": ""}
    assert hub.users["student3"] == "stopped"
    assert hub.users["student4"] == "ready"
    methods = [(call.method, call.path.rpartition("/hub/api")[2]) for call in hub.calls if call.method != "GET"]
    assert methods == [("POST", "/users/student3/server"), ("DELETE", "/users/student3/server")]


def test_without_a_free_seat_nothing_is_tried(tmp_path: Path, hub: Backend, api: ApiStandIn) -> None:
    for number in range(1, 6):
        seat(api, number, assigned=True)
    assert trial(tmp_path, hub, api) == {"student": "", "why": ""}
    assert {call.method for call in hub.calls} <= {"GET"}


def test_a_server_that_does_not_answer_is_stopped_and_said(tmp_path: Path, hub: Backend, api: ApiStandIn) -> None:
    hub.broken = True
    assert trial(tmp_path, hub, api)["why"] == "the server of student5 answers 502 through the proxy"
    assert hub.users["student5"] == "stopped"


def test_a_hub_that_does_not_start_it_is_said(tmp_path: Path, hub: Backend, api: ApiStandIn) -> None:
    hub.fail_next(1, 500, "/hub/api/users/student5/server")
    assert trial(tmp_path, hub, api)["why"] == "the Hub does not start the server of student5: it answers 500"


def test_without_the_api_no_seat_is_touched(tmp_path: Path, hub: Backend, api: ApiStandIn) -> None:
    api.fail_next(1, 503, "/api/login")
    assert "the API does not let the backend in (503)" in trial(tmp_path, hub, api)["why"]
    assert hub.calls == []
