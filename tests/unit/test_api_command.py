"""``wod api``: what is asked of which host, and how it ends; the hosts themselves are in the lab."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.commands import words
from wod import apihost, shell
from wod.apihost import Answer
from wod.cli.api import _write, api, source
from wod.connection import HostFailed
from wod.errors import BadInput, WodError
from wod.inventory import load_site

NAME = "wod-20261124T020700Z.dump"
API = 'Host("api", role="api_db")'


@pytest.fixture
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path))
    return tmp_path / "site.py"


def written(inventory: Path, hosts: str) -> Path:
    head = "from wod.inventory import Host, build\n"
    inventory.write_text(f"{head}globals().update(build('test', [Host('be1', number=1), {hosts}]))\n")
    return inventory


def test_the_only_api_host_needs_no_name(inventory: Path) -> None:
    assert apihost.name_of(load_site(written(inventory, API)), None) == "api"


@pytest.mark.parametrize(
    ("hosts", "given", "why"),
    [
        (API, "be1", "be1: not an api_db host of this inventory; its api_db hosts are api; name one with --host"),
        (f'{API}, Host("api2", role="api_db")', None, "its api_db hosts are api, api2; name one with --host"),
        ("", None, "it has no api_db host"),
    ],
)
def test_which_host_is_asked_for(inventory: Path, hosts: str, given: str | None, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        apihost.name_of(load_site(written(inventory, hosts)), given)


def test_what_the_program_says_and_how_it_ends_come_back(tmp_path: Path) -> None:
    """The very script, with another program in the API's place."""
    program = tmp_path / "wod-api"
    program.write_text('#!/bin/sh\necho "$@"; cat; echo "a reason" >&2; exit 1\n')
    program.chmod(0o755)
    text = apihost._TELL.replace("runuser -u wod-api -- ", "").replace(apihost.PROGRAM, str(program))
    line = words(shell.call("sh", "-euc", text, "wod", "adopt", "--apply", args=("x y",)))
    done = subprocess.run(line, input="given\n", capture_output=True, text=True, check=True)
    assert Answer.parse(done.stdout) == Answer(1, "adopt --apply x y\ngiven\na reason")
    program.unlink()
    missing = subprocess.run(line, input="", capture_output=True, text=True, check=False)
    assert "the API is not installed; run deploys/api-db.py" in missing.stderr


def test_an_answer_that_was_cut_short_is_none() -> None:
    with pytest.raises(ValueError, match="cut short"):
        Answer.parse("Restored x.\n")


def stood(tmp_path: Path, program: str, healthy: bool) -> tuple[Answer, list[str]]:
    """The script of a restore with stand-ins for what it calls; what was done to the services."""
    log = tmp_path / "log"
    tools = {
        "systemctl": f'[ "$2" = is-enabled ] || echo "$@" >> {log}',
        "runuser": f'shift 3; shift; echo "restore $1" >> {log}; {program}',
        "curl": "true" if healthy else "false",
        "chown": "true",
        "sleep": "true",
    }
    for name, text in tools.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    text = apihost._RESTORE.replace(apihost.PROGRAM, str(tmp_path / "runuser"), 1)
    line = words(shell.script(text, "http://127.0.0.1:8021/healthz", NAME, ""))
    path = f"{tmp_path}:/usr/bin:/bin"
    done = subprocess.run(line, capture_output=True, text=True, check=True, env={"PATH": path})
    return Answer.parse(done.stdout), log.read_text().splitlines()


SERVICES = "wod-api.service wod-lifecycle.service"


@pytest.mark.parametrize(("program", "code"), [("echo done", 0), ("echo to be adopted; exit 1", 1), ("exit 2", 2)])
def test_the_services_come_back_after_a_restore_and_after_a_failed_one(tmp_path: Path, program: str, code: int) -> None:
    answer, log = stood(tmp_path, program, healthy=True)
    assert answer.code == code
    assert log == [f"stop {SERVICES}", "restore restore", f"start {SERVICES}"]


def test_an_api_that_does_not_answer_afterwards_is_told(tmp_path: Path) -> None:
    answer, _ = stood(tmp_path, "echo done", healthy=False)
    assert answer == Answer(1, "done\nthe API does not answer; see: journalctl -u wod-api")


def test_a_restore_takes_a_file_here_or_a_name_there(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    assert source(str(tmp_path / "x")) == tmp_path / "x"
    assert source(NAME) == NAME
    for other in ("none", "../" + NAME, "--force", "wod.dump"):
        with pytest.raises(BadInput, match="neither a file here nor a backup's name"):
            source(other)


def test_what_is_fetched_is_the_operators_alone_and_overwrites_nothing(tmp_path: Path) -> None:
    path = _write(tmp_path / "new", NAME, b"dump")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"dump", 0o600)
    with pytest.raises(WodError, match="File exists"):
        _write(tmp_path / "new", NAME, b"dump")
    with pytest.raises(WodError, match="is no backup's name"):
        _write(tmp_path, "../" + NAME, b"dump")


def test_a_backend_that_cannot_be_reached_is_named_and_left_out(inventory: Path) -> None:
    away = 'Host("be2", number=2, address="127.0.0.1", ssh={"ssh_port": 1})'
    site = load_site(written(inventory, away))
    seen, silent = apihost.running_servers(inventory, [site.host("be2")])
    assert seen == {}
    assert [reason.partition(":")[0] for reason in silent] == ["be2 could not be reached"]


def test_a_restore_asks_first(inventory: Path) -> None:
    said = CliRunner().invoke(api, ["restore", NAME, "-i", str(written(inventory, API))], input="n\n")
    assert said.exit_code == 1
    assert "This replaces all that is in the database. Go on?" in said.output


def test_a_host_that_is_away_is_one_sentence(inventory: Path) -> None:
    written(inventory, 'Host("api", role="api_db", address="127.0.0.1", ssh={"ssh_port": 1})')
    said = CliRunner().invoke(api, ["backups", "-i", str(inventory)])
    assert isinstance(said.exception, HostFailed)
