"""How hosts do, asked for real: this machine in a host's place, and one that nobody answers at."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.authority import issue
from tests.commands import run
from tests.unit.fleet.serving import Pages, running
from wod import remote
from wod.errors import BadInput
from wod.fleet import health
from wod.fleet.apart import Answer, ask_each
from wod.fleet.survey import Disk, days_left, end_of, seen, survey, wanted
from wod.inventory import load_site
from wod.site import Site

SUDO = """#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
exec "$@"
"""
HEAD = "from wod.inventory import Host, build\n"


def told(asked: dict[str, object]) -> dict:
    done = run(remote.program("host_survey", stdin=json.dumps(asked)))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def written(folder: Path, hosts: str) -> Path:
    inventory = folder / "site.py"
    inventory.write_text(f"{HEAD}globals().update(build('test', [{hosts}]))\n")
    return inventory


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private folder, and a sudo for machines that have none: tests run as root, or as whom they are."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sudo").write_text(SUDO)
    (tmp_path / "bin" / "sudo").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path))
    return tmp_path


def test_a_stamp_is_read_as_it_is(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    assert told({"stamp": str(stamp)}) == {"stamp": {}, "errors": {}}
    stamp.write_text('{"revision": "0.1.0"}')
    assert told({"stamp": str(stamp)})["stamp"] == {"revision": "0.1.0"}


def test_a_part_that_fails_leaves_the_others(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    stamp.write_text("{")
    found = told({"stamp": str(stamp), "load": True, "queue": "/no/such/engine"})
    assert set(found) == {"load", "errors"}
    assert set(found["errors"]) == {"stamp", "queue"}
    assert found["load"]["cpus"] >= 1


def test_a_filesystem_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "homes").mkdir()
    disks = told({"disks": [str(tmp_path), str(tmp_path / "homes"), "/no/such/folder"]})["disks"]
    assert [disk["path"] for disk in disks] == [str(tmp_path)]
    assert disks[0]["free"] > 0


def test_the_engines_queue_is_counted_by_state(tmp_path: Path) -> None:
    engine = tmp_path / "wod-engine"
    rows = [{"state": "waiting"}, {"state": "dead"}, {"state": "waiting"}]
    engine.write_text(f"#!/bin/sh\n[ \"$*\" = 'queue list --json' ] && echo '{json.dumps(rows)}'\n")
    engine.chmod(0o755)
    assert told({"queue": str(engine)})["queue"] == {"waiting": 2, "dead": 1}


def test_only_students_with_a_server_are_counted(tmp_path: Path) -> None:
    """More than one page of them; an operator is at the Hub, too."""
    names = ["operator", *(f"student{number}" for number in range(1, 251))]

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            offset = int(self.path.rpartition("=")[2])
            is_asked_rightly = "state=active" in self.path and self.headers["Authorization"] == "token abc"
            body = json.dumps([{"name": name} for name in names[offset : offset + 200]]).encode()
            self.send_response(200 if is_asked_rightly else 403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing on the terminal."""

    (tmp_path / "token").write_text("abc\n")
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server, running(server):
        url = f"http://127.0.0.1:{server.server_address[1]}/hub/api"
        assert told({"active": {"url": url, "token_file": str(tmp_path / "token")}}) == {"active": 250, "errors": {}}


def test_a_certificates_end_is_seen(tmp_path: Path) -> None:
    with Pages({}) as server:
        server.encrypt(issued := issue("example.org", ends=30), tmp_path)
        with running(server):
            pem = told({"certificate": {"port": server.port, "name": "example.org"}})["certificate"]
    assert end_of(pem) == issued.certificate.not_valid_after_utc.timestamp()
    assert days_left(end_of(pem)) in (29, 30)
    assert days_left(0.0, datetime(1970, 1, 2, 1, tzinfo=timezone.utc)) == -2


def test_each_role_is_asked_for_what_it_has(folder: Path) -> None:
    tls = "internal='www:443:https', settings={'WODTLS': 'acme', 'WODACMEMAIL': 'x@example.org'}"
    hosts = (
        f"Host('be1'), Host('api', role='api_db'), Host('www', role='frontends', {tls}), Host('w2', role='frontends')"
    )
    site = load_site(written(folder, hosts))
    every = {"stamp", "failed", "load", "disks", "checks"}
    assert {host.name: set(wanted(host)) - every for host in site.hosts} == {
        "be1": {"active", "queue"},
        "api": set(),
        "www": {"certificate"},
        "w2": set(),
    }


def test_an_answer_becomes_what_was_seen() -> None:
    text = {
        "stamp": {"revision": "0.1.0"},
        "checks": ["", "a is down"],
        "failed": ["a.service"],
        "load": {"uptime": 60.5, "load": 0.25, "cpus": 2},
        "disks": [{"path": "/", "used": 30, "free": 90}],
        "errors": {"queue": "no\nengine"},
    }
    found = seen(Answer(json.dumps(text), seconds=0.5))
    assert (found.health, found.failed, found.disks) == ("a is down", ("a.service",), (Disk("/", 0.25),))
    assert (found.active, found.queue, found.expires, found.uptime) == (None, None, None, 60.5)
    assert found.trouble == {"queue": "no; engine"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"checks": 3}', '{"checks": [], "disks": [{}]}'])
def test_an_answer_that_makes_no_sense_is_that_hosts_error(text: str) -> None:
    assert seen(Answer(text)).error.startswith("its answer makes no sense")


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []
        threading.Thread(target=lambda: kept.append(server.accept()[0]), daemon=True).start()
        yield server.getsockname()[1]
        for each in kept:
            each.close()


def site_of_three(folder: Path, silent_port: int) -> Site:
    ssh = "ssh={'ssh_port': %d, 'ssh_user': 'nobody', 'ssh_password': 'x'}"
    gone = f"Host('gone', number=2, address='127.0.0.1', {ssh % 9})"
    hangs = f"Host('hangs', role='frontends', address='127.0.0.1', {ssh % silent_port})"
    return load_site(written(folder, f"Host('@local', number=1), {gone}, {hangs}"))


def test_one_that_hangs_or_is_gone_does_not_keep_the_others(folder: Path) -> None:
    with silent() as port:
        site = site_of_three(folder, port)
        found = survey(site, [host.name for host in site.hosts], seconds=4)
    assert found["@local"].error == ""
    assert found["@local"].disks[0].path == "/"
    assert "wod-engine.service is" in found["@local"].health
    assert (found["gone"].reached, found["hangs"].reached) == (False, False)
    assert "gone could not be reached" in found["gone"].error
    assert found["hangs"].error


def test_health_is_asked_in_the_same_way(folder: Path) -> None:
    inventory = written(folder, "Host('@local', number=1)")
    assert "the mail server on port 10025 does not answer" in health.check(inventory, ["@local"], deep=True)["@local"]
    with pytest.raises(BadInput, match="there is no host be9"):
        health.check(inventory, ["be9"])


def test_an_exception_is_that_hosts_alone() -> None:
    def question(name: str) -> str:
        return str(1 / (0 if name == "a" else 1))

    first, second = ask_each(["a", "b"], question, seconds=20)
    assert (first.error, first.reached) == ("a: ZeroDivisionError: division by zero", True)
    assert (second.text, second.error) == ("1.0", "")
