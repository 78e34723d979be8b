"""The control node's folder: holds, the lock, the record of a roll-out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from wod.errors import BadInput
from wod.fleet import holds, record
from wod.fleet.lock import Locked, locked
from wod.fleet.result import HostResult
from wod.fleet.state import Folder, folder_of, root

TODAY = date(2026, 11, 24)
HOLDER = """
import sys, time
from pathlib import Path
from wod.fleet.lock import locked
from wod.fleet.state import Folder
with locked(Folder(Path(sys.argv[1])), "a long roll-out"):
    print("mine", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("WOD_STATE", str(tmp_path / "state"))
    return folder_of("production")


def test_the_folder_is_its_owners_alone(folder: Folder) -> None:
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert folder.path.parent == root()


def test_an_open_folder_is_refused(folder: Folder) -> None:
    folder.path.chmod(0o755)
    with pytest.raises(BadInput, match="chmod 700"):
        folder_of("production")


def test_a_hold_counts_up_to_its_last_day(folder: Folder) -> None:
    holds.hold(folder, "be1", "exam  week", TODAY + timedelta(days=2), TODAY)
    assert "exam week" in str(holds.holds(folder, TODAY)["be1"])
    assert "be1" in holds.holds(folder, TODAY + timedelta(days=2))
    assert holds.holds(folder, TODAY + timedelta(days=3)) == {}


def test_a_second_hold_replaces_the_first(folder: Folder) -> None:
    for reason in ("first", "second"):
        holds.hold(folder, "be1", reason, TODAY, TODAY)
    assert [each.reason for each in holds.every_hold(folder)] == ["second"]
    assert folder.holds.stat().st_mode & 0o777 == 0o600


def test_letting_go_says_whether_it_was_held(folder: Folder) -> None:
    holds.hold(folder, "be1", "exam", TODAY, TODAY)
    assert [holds.unhold(folder, "be1"), holds.unhold(folder, "be1")] == [True, False]


@pytest.mark.parametrize(("reason", "until"), [(" ", TODAY), ("exam", TODAY - timedelta(days=1))])
def test_no_reason_or_a_day_that_is_over_is_refused(folder: Folder, reason: str, until: date) -> None:
    with pytest.raises(BadInput):
        holds.hold(folder, "be1", reason, until, TODAY)


def test_damaged_holds_are_not_taken_for_none(folder: Folder) -> None:
    folder.holds.write_text("[{")
    with pytest.raises(BadInput, match="damaged"):
        holds.holds(folder)


def test_the_second_one_is_told_who_has_the_lock_and_a_killed_one_loses_it(folder: Folder) -> None:
    other = subprocess.Popen([sys.executable, "-c", HOLDER, folder.path], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        with pytest.raises(Locked, match=rf"process {other.pid} .*a long roll-out"), locked(folder, "mine"):
            pass
        os.kill(other.pid, signal.SIGKILL)
    finally:
        other.kill()
        other.communicate()
    with locked(folder, "mine") as dead:
        assert dead is not None
        assert dead.pid == other.pid
    with locked(folder, "mine again") as dead:
        assert dead is None


def test_a_host_counts_as_done_only_with_the_same_fingerprint(folder: Folder) -> None:
    kept = record.begin(folder, ["be1", "be2", "be3"], "1", "", 2)
    kept.keep(HostResult("be1", "backends", "changed"), "one")
    kept.keep(HostResult("be2", "backends", "failed", error="no"), "one")
    again = record.latest(folder)
    assert (again.intent().hosts, again.intent().canary, again.intent().max_failures) == (("be1", "be2", "be3"), "1", 2)
    assert list(again.done(dict.fromkeys(["be1", "be2", "be3"], "one"))) == ["be1"]
    assert again.done({"be1": "two"}) == {}


def test_old_roll_outs_go(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "KEPT", 2)
    names = [record.begin(folder, [], "", "", 0).name for _ in range(4)]
    assert sorted(path.name for path in folder.runs.iterdir()) == names[2:]


def test_nothing_to_resume_is_said(folder: Folder) -> None:
    with pytest.raises(BadInput, match="resume"):
        record.latest(folder)
