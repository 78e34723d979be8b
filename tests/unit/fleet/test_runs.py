"""Many hosts at once, on modelled hosts and a refused SSH port: what is one host's trouble is nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.modules.conftest import REPOSITORY
from tests.unit.fleet.trouble import TroubledSite, troubled
from wod.fleet.result import HostResult, from_json

PROGRAM = """
import json, sys
from pathlib import Path
from wod.fleet.runs import run
site, mode, seconds, *hosts = sys.argv[1:]
found = run(Path(site), hosts, mode, seconds=float(seconds), logs=Path(site).parent / "logs")
print("\\n".join(each.as_json() for each in found))
"""


def run_on(site: TroubledSite, mode: str, *hosts: str, seconds: float = 60) -> dict[str, HostResult]:
    """In a process of its own, as the command does it: this one has imported and patched who knows what."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(site.inventory), mode, str(seconds), *hosts],
        cwd=REPOSITORY,
        env={**os.environ, **site.environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return {each.host: each for each in map(from_json, done.stdout.splitlines())}


def test_a_plan_foresees_what_a_roll_out_does_and_changes_nothing(tmp_path: Path) -> None:
    site = troubled(tmp_path, 1)
    foreseen = run_on(site, "plan", "@fake/be1")["@fake/be1"]
    assert site.site.model("be1").log == []
    made = run_on(site, "apply", "@fake/be1")["@fake/be1"]
    again = run_on(site, "plan", "@fake/be1")["@fake/be1"]
    assert [change.operation for change in foreseen.changes] == [change.operation for change in made.changes]
    assert (foreseen.outcome, made.outcome, again.outcome, again.changes) == ("changed", "changed", "unchanged", ())


def test_no_host_stops_or_delays_another(tmp_path: Path) -> None:
    site = troubled(tmp_path, 4, unreachable=True)
    site.trouble("be1", "bug")
    site.trouble("be2", "hang")
    failing = site.site.model("be3")
    failing.failing.add("make_students")
    site.site.put("be3", failing)
    started = time.monotonic()
    found = run_on(site, "apply", "@fake/be1", "@fake/be2", "@fake/be3", "gone", "@fake/be4", seconds=25)
    assert time.monotonic() - started < 120
    outcomes = {host.rpartition("/")[2]: result.outcome for host, result in found.items()}
    assert outcomes == {
        "be1": "failed",
        "be2": "timeout",
        "be3": "failed",
        "gone": "unreachable",
        "be4": "changed",
    }
    assert found["@fake/be1"].error == "RuntimeError: a bug in a deploy"
    assert "longer than 25 seconds" in found["@fake/be2"].error
    assert found["@fake/be3"].error.startswith("Students | Keep 20 accounts and their homes: make_students was made")
    assert "Unable to connect" in found["gone"].error
    assert all(result.error.count("\n") == 0 for result in found.values())
    assert "Traceback" in Path(found["@fake/be1"].log).read_text()


def test_settings_given_by_hand_reach_the_deploys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = troubled(tmp_path, 1)
    monkeypatch.setattr(
        sys.modules[__name__], "PROGRAM", PROGRAM.replace("logs=", "data={'USERMAX': 3, '_sudo': True}, logs=")
    )
    run_on(site, "apply", "@fake/be1")
    assert len(site.site.model("be1").users) == 3


def test_what_hosts_share_is_done_once_and_its_failure_is_each_hosts_own(tmp_path: Path) -> None:
    site = troubled(tmp_path, 3)
    with site.inventory.open("a") as file:
        file.write("\nfrom wod import wheel\ndef broken(part):\n    raise OSError('no room')\nwheel.build = broken\n")
    found = run_on(site, "apply", "@fake/be1", "@fake/be2", "@fake/be3")
    assert {result.error for result in found.values()} == {"OSError: no room"}
    assert all(any("Students" in change.operation for change in result.changes) for result in found.values())
