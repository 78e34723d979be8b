"""Installing packages: what is run for each family, and patience with another package manager."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.commands import run
from wod import shell
from wod.operations.packages import INSTALLERS


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder first in PATH whose tools write down how they were called; no time passes."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name in ("apt-get", "dpkg", "dnf", "sleep"):
        tool(tmp_path, name, "")
    return tmp_path


def tool(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {folder}/calls\n{text}\n')
    (folder / name).chmod(0o755)


def calls(tools: Path) -> list[str]:
    return (tools / "calls").read_text().splitlines()


def test_debian(tools: Path) -> None:
    assert run(shell.script(INSTALLERS["debian"], "acl", "git")).returncode == 0
    dpkg, update, install = calls(tools)
    assert (dpkg, update) == ("dpkg --audit", "apt-get -qq update")
    assert install.endswith("--no-install-recommends -qq -y -f install acl git")
    assert "--force-confold" in install


def test_debian_first_completes_what_was_killed(tools: Path) -> None:
    tool(tools, "dpkg", 'case $1 in --audit) echo "acl is half installed" ;; esac')
    run(shell.script(INSTALLERS["debian"], "acl"))
    assert calls(tools)[1] == "dpkg --configure -a --force-confdef --force-confold"


LOCKED = [
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 99 (apt-get)",
    "E: Unable to lock directory /var/lib/apt/lists/",
    "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?",
    "dpkg: error: dpkg frontend lock was locked by another process with pid 99",
    "E: Unable to lock the administration directory (/var/lib/dpkg/), is another process using it?",
]


@pytest.mark.parametrize("said", LOCKED)
def test_debian_waits_for_another_package_manager(tools: Path, said: str) -> None:
    tool(tools, "apt-get", f'[ -e {tools}/free ] || {{ touch {tools}/free; echo "{said}" >&2; exit 100; }}')
    assert run(shell.script(INSTALLERS["debian"], "acl")).returncode == 0
    assert calls(tools).count("sleep 5") == 1


def test_debian_does_not_wait_when_waiting_is_no_use(tools: Path) -> None:
    tool(tools, "apt-get", "case $* in *install*) echo 'E: Unable to locate package clockspeed' >&2; exit 100 ;; esac")
    done = run(shell.script(INSTALLERS["debian"], "clockspeed"))
    assert done.returncode != 0
    assert "Unable to locate package clockspeed" in done.stderr
    assert "sleep 5" not in calls(tools)


def test_rhel(tools: Path) -> None:
    run(shell.script(INSTALLERS["rhel"], "acl", "python3.12"))
    assert calls(tools) == ["dnf -q -y --setopt=install_weak_deps=False install acl python3.12"]
