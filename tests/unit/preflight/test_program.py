"""The program that looks at a host, run on this machine, and the command around it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.commands import run
from wod import remote
from wod.cli import preflight as cli
from wod.preflight.asking import Looked
from wod.preflight.judge import Check
from wod.remote import host_preflight

LISTED = """\
'http://deb.example/debian/dists/trixie/InRelease' deb.example_debian_dists_trixie_InRelease 0
'http://deb.example/debian-security/dists/trixie-security/InRelease' deb.example_debian-security_InRelease 0
'http://deb.example/debian/dists/trixie/main/binary-amd64/Packages.xz' deb.example_debian_main_Packages 0
"""
"""What apt prints on a machine whose lists were never fetched (``apt-get update --print-uris``, apt 2.6 and 3.0)."""


def test_it_tells_what_the_machine_is_and_who_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        wanted = {
            "ports": [port, 1],
            "names": ["localhost", "no.such.name.invalid"],
            "paths": ["/", "/no/such/folder"],
            "peers": [["127.0.0.1", port], ["127.0.0.1", 1]],
            "api": "http://127.0.0.1:1/",
        }
        done = run(remote.program("host_preflight", stdin=json.dumps(wanted)))
    told = json.loads(done.stdout)
    assert told["ports"][str(port)]
    assert told["ports"]["1"] == ""
    assert told["peers"] == [["127.0.0.1", port]]
    assert "127.0.0.1" in told["names"]["localhost"]
    assert told["names"]["no.such.name.invalid"] == []
    assert told["memory"] > 0
    assert list(told["disks"]) == ["/"], "they are on one filesystem"
    assert any(line.startswith("ID=") for line in told["system"])
    assert "127.0.0.1" in told["addresses"]
    assert told["api"] is None


@pytest.mark.parametrize(("verdict", "code"), [("ok", 0), ("warning", 0), ("failed", 1)])
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_the_exit_code_says_whether_something_is_in_the_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags: list[str], verdict: str, code: int
) -> None:
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path))
    found = {"x": Looked((Check("ports", verdict, "8000"),))}  # type: ignore[arg-type]
    monkeypatch.setattr(cli, "look", lambda site, names: found)
    done = CliRunner().invoke(cli.preflight, ["-t", "backend", *flags])
    assert (done.exit_code, "8000" in done.output) == (code, True)


def test_every_source_of_a_machine_that_never_fetched_a_list_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def output(words: list[str], seconds: float = 0) -> str:
        if words[0] == "apt-get":
            return LISTED
        return "fetched" if "security" in words[2] else ""

    monkeypatch.setattr(host_preflight, "output", output)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert host_preflight.sources() == [
        ["http://deb.example/debian-security/dists/trixie-security/InRelease", True],
        ["http://deb.example/debian/dists/trixie/InRelease", False],
    ]
