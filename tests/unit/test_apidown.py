"""The database taken back on the api-db host: the very script, with other programs in the places of API and systemd."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.commands import words
from wod import apidown, apihost
from wod.connection import HostFailed

API = """#!/bin/sh
echo "api $*" >> {log}
case "$*" in
    *--check) exit $(cat {folder}/above) ;;
    "$(cat {folder}/fails)"*) echo "a reason"; exit 2 ;;
esac
"""
SYSTEMCTL = '#!/bin/sh\necho "systemctl $*" >> {log}\n'
RUNUSER = '#!/bin/sh\nshift 3; exec "$@"\n'


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the host's programs; ``log`` has what was asked of them."""
    given = {"log": tmp_path / "log", "folder": tmp_path}
    for name, text in (("wod-api", API), ("systemctl", SYSTEMCTL), ("runuser", RUNUSER)):
        (tmp_path / name).write_text(text.format(**given))
        (tmp_path / name).chmod(0o755)
    (tmp_path / "above").write_text("1")
    (tmp_path / "fails").write_text("nothing")
    script = apidown._TAKE_BACK.replace(apihost.PROGRAM, str(tmp_path / "wod-api"))
    monkeypatch.setattr(apidown, "_TAKE_BACK", script)
    monkeypatch.setattr(apidown, "run", carried_out)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def carried_out(host: Any, command: Any) -> str:
    done = subprocess.run(words(command), capture_output=True, text=True)
    if done.returncode:
        raise HostFailed(f"{host.name}: {done.stderr.strip()}")
    return done.stdout


def taken_back() -> str:
    return apidown.take_back(SimpleNamespace(name="api"), "0003", 14)


def asked(host: Path) -> list[str]:
    log = host / "log"
    return [line for line in log.read_text().splitlines() if "is-active" not in line] if log.exists() else []


BOTH = "wod-api.service wod-lifecycle.service"


def test_a_backup_first_and_the_services_stand_still(host: Path) -> None:
    assert taken_back() == ""
    assert asked(host) == [
        "api migrate --down 0003 --check",
        f"systemctl stop {BOTH}",
        "api backup --keep 14",
        "api migrate --down 0003",
    ]


def test_with_nothing_to_take_back_nothing_is_stopped(host: Path) -> None:
    (host / "above").write_text("0")
    assert taken_back() == ""
    assert asked(host) == ["api migrate --down 0003 --check"]


@pytest.mark.parametrize("step", ["backup", "migrate"])
def test_when_it_fails_the_services_come_back(host: Path, step: str) -> None:
    (host / "fails").write_text(step)
    assert taken_back() == "its database could not be taken back to 0003: a reason"
    assert asked(host)[-1] == f"systemctl start {BOTH}"
    assert ("api migrate --down 0003" in asked(host)) == (step == "migrate")


def test_where_it_cannot_be_judged_nothing_is_done(host: Path) -> None:
    (host / "above").write_text("2")
    assert taken_back().startswith("its database could not be taken back to 0003")
    assert len(asked(host)) == 1


def test_a_host_without_an_api_has_nothing_to_take_back(host: Path) -> None:
    (host / "wod-api").unlink()
    assert taken_back() == ""
    assert asked(host) == []


def test_an_api_that_does_not_know_how_is_to_be_brought_up_first(host: Path) -> None:
    (host / "wod-api").write_text('#!/bin/sh\necho "wod-api: error: unrecognized arguments: --down 0003" >&2; exit 2\n')
    assert taken_back() == "the API there is of a release that takes nothing back; first: wod rollout --limit api"


def test_an_answer_that_was_cut_short_is_none(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apidown, "run", lambda host, command: "half an")
    assert "cut short" in taken_back()
