"""Processes of a student, ended by uid whatever they do about it."""

from __future__ import annotations

import subprocess
import time

from tests.unit.engine.actions.conftest import UID, root_only
from wod.engine import processes
from wod.engine.accounts import Account
from wod.engine.asuser import popen_as

pytestmark = root_only
STUDENT = Account("student3", UID + 3, UID + 3)


class TestProcesses:
    def start(self, script: str, account: Account = STUDENT) -> subprocess.Popen[bytes]:
        return popen_as(account, ["/bin/sh", "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def test_processes_that_ignore_term_are_ended(self) -> None:
        process = self.start("trap '' TERM; while :; do sleep 0.1; done")
        while len(processes.of(STUDENT.uid)) < 2:
            time.sleep(0.01)
        assert processes.end(STUDENT) >= 1
        assert process.wait(timeout=60) == -9
        assert processes.of(STUDENT.uid) == []

    def test_those_that_fork_themselves_away_are_ended(self) -> None:
        hop = "$SIG{TERM} = 'IGNORE'; $end = time + 30; while (time < $end) { exit if fork }"
        process = popen_as(STUDENT, ["perl", "-e", hop], stderr=subprocess.DEVNULL)
        process.wait(timeout=30)
        processes.end(STUDENT)
        assert processes.of(STUDENT.uid) == []

    def test_student30_is_not_student3(self) -> None:
        other = Account("student30", UID + 30, UID + 30)
        process = self.start("sleep 60", other)
        mine = self.start("sleep 60")
        assert processes.end(STUDENT) >= 1
        mine.wait(timeout=60)
        assert process.poll() is None
        processes.end(other)
        process.wait(timeout=60)

    def test_server_is_stopped_only_if_something_runs(self) -> None:
        stopped: list[str] = []
        assert processes.end(STUDENT, lambda: stopped.append("stopped")) == 0
        assert stopped == []
