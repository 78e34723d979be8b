"""The installation's course: what stops it before anything is changed, what it writes, what it tells."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from wod.cli.install import install
from wod.errors import BadInput
from wod.fleet.result import Change, HostResult
from wod.install import credentials, local, phases, shared
from wod.install.flags import order_of
from wod.install.journal import Follower, Journal
from wod.install.order import Flags, Order
from wod.install.phases import PHASES, Installation
from wod.person import Person
from wod.preflight.asking import Looked
from wod.preflight.judge import Check
from wod.settings.load import secret_store
from wod.site import Host, Site

REPOSITORY = Path(__file__).resolve().parents[3]
API = Flags(
    kind="api-db", group="test", sender="wod@local", backend="be1.local", apidb="api.local", frontend="www.local"
)
FINE = Looked((Check("system", "ok", "debian 12"),))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "inventories").mkdir()
    (tmp_path / "group_vars").symlink_to(REPOSITORY / "group_vars")
    monkeypatch.delenv("WOD_PRIVATE", raising=False)
    monkeypatch.setenv("WOD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Course:
    """The parts that reach hosts, replaced: what they answer, and what was asked of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.outcome: Any = "changed"
        self.found, self.wrong, self.refused = FINE, "", ""
        self.ran: list[str] = []
        monkeypatch.setattr(phases, "look", lambda site, names: dict.fromkeys(names, self.found))
        monkeypatch.setattr(phases, "run", self.run)
        monkeypatch.setattr(phases.health, "check", lambda path, names: dict.fromkeys(names, self.wrong))
        monkeypatch.setattr(
            shared, "login_problems", lambda site, names: (self.refused and {names[0]: self.refused}) or {}
        )
        monkeypatch.setattr(phases.adminkeys, "forget", lambda site, names: self.ran.append(f"-k {names}"))

    def run(self, path: Path, names: list[str], mode: str, **given: Any) -> list[HostResult]:
        given["logs"].mkdir(exist_ok=True)
        self.ran += names
        changes = (Change("System | x", "System"),) if self.outcome == "changed" else ()
        results = [HostResult(name, "api_db", self.outcome, changes) for name in names]
        for name, result in zip(names, results, strict=True):
            (given["logs"] / f"{name}.log").write_text("--> Starting operation: System | Make it\n")
            given["on_done"](result)
        return results


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch) -> Course:
    return Course(monkeypatch)


def carry_out(root: Path, flags: Flags = API, skip: bool = False) -> tuple[int, str, Path]:
    who = Person("me", os.geteuid(), os.getegid(), root / "home")
    console = Console(record=True, width=200, file=open(os.devnull, "w"))  # noqa: SIM115
    journal = Journal(who.notes / "install.log", console, PHASES)
    code = Installation(order_of(flags, "here"), root, who, journal, skip).carry_out()
    journal.close()
    return code, console.export_text(), who.notes


def test_it_goes_through_its_phases_and_leaves_what_the_next_day_needs(root: Path, course: Course) -> None:
    code, said, notes = carry_out(root)
    assert code == 0, said
    assert [line[:5] for line in said.splitlines() if line.startswith("[")] == [f"[{n}/5]" for n in range(1, 6)]
    assert course.ran == ["api.local"]
    assert "pyinfra inventories/test.py deploys/api-db.py" in said
    assert "bring it there first" in said
    assert 'connector="local"' in (root / "inventories/test.py").read_text()
    assert "WODSENDER: wod@local" in (root / "private/generated/test.yml").read_text()
    assert {path.name: path.stat().st_mode & 0o777 for path in (notes / "install.log", notes / "credentials")} == {
        "install.log": 0o600,
        "credentials": 0o600,
    }
    assert "api.local: --> Starting operation: System | Make it" in (notes / "install.log").read_text()


def test_the_secrets_are_whole_and_in_no_log(root: Path, course: Course) -> None:
    _, said, notes = carry_out(root)
    values = secret_store(root / "private", "test").values()
    assert {"WODMAILKEY", "WODFEAPIPWD", "WODAPIDBADMINPWD", "WODBETOKEN"} <= values.keys()
    log = (notes / "install.log").read_text()
    assert [value for value in values.values() if value in said + log] == []
    assert values["WODAPIDBADMINPWD"] in (notes / "credentials").read_text()
    assert values["WODMAILKEY"] not in (notes / "credentials").read_text()


def test_again_it_says_that_nothing_changed(root: Path, course: Course) -> None:
    assert "No changes" not in carry_out(root)[1]
    course.outcome = "unchanged"
    assert carry_out(root)[1].rstrip().endswith("No changes")
    assert "No changes" not in carry_out(root, replace(API, postport="9000"))[1]


def test_what_the_preflight_finds_stops_it_before_anything_is_written(root: Path, course: Course) -> None:
    course.found = Looked((Check("ports", "failed", "8021 is held by x"),))
    code, said, _ = carry_out(root)
    assert (code, course.ran) == (1, [])
    assert "8021 is held by x" in said
    assert "Nothing was changed" in said
    assert not (root / "inventories/test.py").exists()
    assert not (root / "private").exists()
    assert carry_out(root, skip=True)[0] == 0


@pytest.mark.parametrize("how", ["roll-out", "health", "login"])
def test_what_does_not_work_in_the_end_is_said(root: Path, course: Course, how: str) -> None:
    flags = Flags(group="test", backend="be1.local") if how == "login" else API
    if how == "roll-out":
        course.outcome = "failed"
    elif how == "health":
        course.wrong = "the API does not answer"
    else:
        course.refused = "the API refuses the log-in"
    code, said, _ = carry_out(root, flags)
    assert code == 1
    assert "[5/5] Not done" in said
    assert course.wrong in said
    assert course.refused in said


def test_new_keys_are_asked_for_before_the_roll_out(root: Path, course: Course) -> None:
    carry_out(root, replace(API, new_keys=True))
    assert course.ran == ["-k ['api.local']", "api.local"]


def test_a_private_repository_comes_first_and_is_told_to_backends(root: Path, course: Course) -> None:
    (root / "install.priv").write_text("WODPRIVREPO=/nowhere/private.git\n")
    with pytest.raises(BadInput, match=r"/nowhere/private\.git cannot be fetched"):
        carry_out(root)
    assert not (root / "inventories/test.py").exists()


def order(**changed: Any) -> Order:
    return order_of(replace(API, kind="backend", **changed), "here")


@pytest.mark.parametrize(
    ("given", "there", "stored", "verdict", "sentence"),
    [
        ({}, (), False, "ok", "this is the platform's first machine"),
        ({}, (), True, "ok", "secrets/test.yml"),
        ({}, ("api.local",), False, "failed", "api.local has the platform's secrets"),
        ({"number": "2"}, (), False, "failed", "backend 1 has the platform's secrets"),
        ({"number": "2"}, (), True, "ok", "secrets/test.yml"),
        ({"ssh": ""}, ("api.local",), False, "ok", "made here, for all hosts"),
    ],
)
def test_only_the_first_machine_makes_the_secrets(
    tmp_path: Path, given: dict[str, Any], there: tuple[str, ...], stored: bool, verdict: str, sentence: str
) -> None:
    if stored:
        secret_store(tmp_path, "test").get_or_create("WODMAILKEY", "token")
    check = shared.check(order(**given), tmp_path, {"be1.local": Looked((), there)})
    assert check.verdict == verdict
    assert sentence in check.said


def test_credentials_are_those_that_a_role_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path))
    hosts = (Host("be1"), Host("www", role="frontends"))
    be1, www = Site("test", REPOSITORY, hosts).resolved({}).hosts
    text = credentials.write(tmp_path, [be1, www]).read_text()
    assert "wodadmin on be1: no password" in text
    assert "wodadmin on www: no password" in text
    assert list(secret_store(tmp_path, "test").values()) == ["WODFEAPIPWD"], "no secret is made that nobody uses"


def test_a_log_is_followed_line_by_line(tmp_path: Path) -> None:
    console = Console(record=True, width=100, file=open(os.devnull, "w"))  # noqa: SIM115
    journal = Journal(tmp_path / "notes/install.log", console, 1)
    log = tmp_path / "be1.log"
    follower = Follower(journal, [("be1", log)])
    follower.look()
    log.write_text("--> Starting operation: System | A\n--> Starting oper")
    follower.look()
    with log.open("a") as file:
        file.write("ation: System | B\n--> Starting operation: Stamp | C\n")
    follower.look()
    said = [line.split() for line in console.export_text().splitlines()]
    assert said == [["be1", "System"], ["be1", "Stamp"]]
    assert "System | B" in (tmp_path / "notes/install.log").read_text()


@pytest.mark.parametrize("name", ["localhost", "localhost.localdomain"])
def test_a_machine_that_calls_itself_localhost_has_its_own_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(local.socket, "getfqdn", lambda: name)
    monkeypatch.setattr(local.socket, "gethostname", lambda: "be1")
    assert local.local_name() == "be1"


@pytest.mark.parametrize(
    "flag", ["-t", "-g", "-b", "-n", "-j", "-f", "-w", "-a", "-e", "-i", "-u", "-s", "-p", "-k", "-c"]
)
def test_every_flag_is_in_the_help(flag: str) -> None:
    shown = CliRunner().invoke(install, ["--help"]).output
    assert f"  {flag}" in shown


def test_every_flag_reaches_the_order(root: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["wod", "install"])
    words = (
        "-t backend -g test -b be2.local:8010 -n 2 -j j.example.org:443:https -f www.local:80 -w w.example.org "
        "-a api.local:10000:https -e a.example.org:443 -i 192.0.2.12 -u wodmgr -s wod@local -p 9000 -k -c"
    )
    secret_store(root / "private", "test").get_or_create("WODMAILKEY", "token")
    done = CliRunner().invoke(install, words.split())
    assert done.exit_code == 0, done.output
    text = (root / "inventories/test.py").read_text()
    assert (
        'Host("be2.local", number=2, internal="be2.local:8010", external="j.example.org:443:https", address="192'
        in text
    )
    assert 'internal="api.local:10000:https", external="a.example.org:443:http", connector="none"' in text
    assert 'internal="www.local:80", external="w.example.org:8000:http", connector="none"' in text
    generated = (root / "private/generated/test.yml").read_text().splitlines()[-4:]
    assert generated == ["POSTPORT: 9000", "WODCURLOPT: -k", "WODSENDER: wod@local", "WODUSER: wodmgr"]
    assert course.ran[0].startswith("-k")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ok", ""),
        ("away", ""),
        ("refused", "the API at https://api/api refuses the log-in of be1: their secrets differ; bring the private"),
        ("untrusted", "be1 does not trust the certificate of https://api/api; make its authority known there"),
    ],
)
def test_what_a_refused_log_in_means(said: str, sentence: str) -> None:
    why = shared.login_problem("be1", "https://api/api", said)
    assert why.startswith(sentence)
    assert bool(why) == bool(sentence)
