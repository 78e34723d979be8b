"""Talking to a Hub, for real: a small server that answers as the Hub's REST API does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.commands import run
from wod import remote
from wod.facts.students import HubUsers
from wod.hub import HubAccess
from wod.remote import hub_users

TOKEN = "0123456789abcdef"


class Hub(ThreadingHTTPServer):
    """Users by name; the first ``starting`` requests are refused, as while the Hub starts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.users: dict[str, dict] = {}
        self.starting = 0
        self.requests: list[str] = []

    def has(self, *names: str, **fields: object) -> None:
        for name in names:
            self.users[name] = {"name": name, "server": None, "servers": {}, "pending": None, **fields}


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def answer(self) -> None:
        self.server.requests.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.starting > 0:
            self.server.starting -= 1
            return self.send(503)
        if self.path == "/hub/api/":
            return self.send(200, {"version": "6"})
        if self.headers["Authorization"] != f"token {TOKEN}":
            return self.send(403)
        return getattr(self, self.command.lower())(json.loads(body) if body else None)

    do_GET = do_POST = do_DELETE = answer

    def get(self, _body: None) -> None:
        query = parse_qs(urlsplit(self.path).query)
        offset, limit = int(query["offset"][0]), min(int(query["limit"][0]), 200)
        self.send(200, list(self.server.users.values())[offset : offset + limit])

    def post(self, body: dict) -> None:
        new = [name for name in body["usernames"] if name not in self.server.users]
        self.server.has(*new)
        self.send(201 if new else 409, new)

    def delete(self, _body: None) -> None:
        self.send(204 if self.server.users.pop(self.path.rpartition("/")[2], None) else 404)

    def send(self, code: int, body: object = None) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def access(hub: Hub, tmp_path: Path) -> HubAccess:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    return HubAccess(f"http://127.0.0.1:{hub.server_port}/hub/api", str(tmp_path / "token"))


def listed(access: HubAccess) -> dict[str, bool] | None:
    return HubUsers().process(run(HubUsers().command(access)).stdout.splitlines())


def change(action: str, access: HubAccess, names: list[str]) -> None:
    done = run(remote.program("hub_users", action, access.url, access.token_file, stdin="\n".join(names)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_students_are_listed_page_by_page(hub: Hub, access: HubAccess) -> None:
    hub.has("wodadmin", "student", "studentx1", *(f"student{number}" for number in range(1, 451)))
    assert listed(access) == {f"student{number}": False for number in range(1, 451)}
    assert len([request for request in hub.requests if "offset" in request]) == 3


@pytest.mark.parametrize("fields", [{"server": "/user/student1/"}, {"servers": {"": {}}}, {"pending": "spawn"}])
def test_a_server_that_runs_or_is_about_to_counts(hub: Hub, access: HubAccess, fields: dict) -> None:
    hub.has("student1", **fields)
    hub.has("student2")
    assert listed(access) == {"student1": True, "student2": False}


def test_users_are_added_in_batches(hub: Hub, access: HubAccess) -> None:
    names = [f"student{number}" for number in range(250)]
    change("add", access, names)
    assert list(hub.users) == names
    assert len([request for request in hub.requests if request.startswith("POST")]) == 3


def test_adding_users_that_exist_is_no_error(hub: Hub, access: HubAccess) -> None:
    hub.has("student1", "student2")
    change("add", access, ["student1", "student2"])
    change("add", access, ["student2", "student3"])
    assert list(hub.users) == ["student1", "student2", "student3"]


def test_removing_users_that_are_gone_is_no_error(hub: Hub, access: HubAccess) -> None:
    hub.has("student1", "wodadmin")
    change("remove", access, ["student1", "student2"])
    assert list(hub.users) == ["wodadmin"]


def test_a_hub_that_is_starting_is_waited_for(hub: Hub, access: HubAccess) -> None:
    hub.has("student1")
    hub.starting = 2
    assert listed(access) == {"student1": False}


def test_a_hub_that_never_answers_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hub_users, "PATIENCE", 0)
    (tmp_path / "token").write_text(TOKEN)
    with pytest.raises(SystemExit, match=r"the Hub does not answer at http://127\.0\.0\.1:9/hub/api"):
        hub_users.main("list", "http://127.0.0.1:9/hub/api", str(tmp_path / "token"))


def test_a_wrong_token_is_said_and_not_shown(hub: Hub, access: HubAccess) -> None:
    Path(access.token_file).write_text("wrong-token")
    done = run(HubUsers().command(access))
    assert done.returncode != 0
    assert "the Hub answered HTTP Error 403" in done.stderr
    assert "wrong-token" not in done.stderr


def test_a_token_that_is_not_there_yet_is_said(access: HubAccess) -> None:
    Path(access.token_file).unlink()
    done = run(HubUsers().command(access))
    assert done.stderr.startswith("the Hub could not be asked: ")
    assert "Traceback" not in done.stderr


def test_the_token_never_goes_to_a_proxy(hub: Hub, access: HubAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites behind a proxy have it in /etc/environment, and sudo passes that on."""
    with Hub() as proxy:
        threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}).start()
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_port}")
        assert listed(access) == {}
        proxy.shutdown()
    assert proxy.requests == []
