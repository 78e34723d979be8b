"""Tasks in child processes: what one does is never the others' loss."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from wod.fleet.processes import Ended, Task, run_tasks


def crash() -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def raise_error() -> str:
    raise RuntimeError("a bug")


def leave_a_grandchild() -> str:
    subprocess.Popen(["sleep", "60"])
    time.sleep(60)
    return ""


def do(folder: Path, works: dict[str, Callable[[], str]], jobs: int = 4, seconds: float = 20) -> dict[str, Ended]:
    ended: dict[str, Ended] = {}
    tasks = [Task(name, work, seconds, folder / f"{name}.log") for name, work in works.items()]
    run_tasks(tasks, jobs, lambda each: ended.update({each.name: each}))
    return ended


def test_a_text_larger_than_a_pipe_comes_back(tmp_path: Path) -> None:
    assert do(tmp_path, {"big": lambda: "ä" * 300_000})["big"].output == "ä" * 300_000


def test_a_crash_and_an_exception_are_their_own_tasks_alone(tmp_path: Path) -> None:
    ended = do(tmp_path, {"crash": crash, "bug": raise_error, "good": lambda: "done"})
    assert ended["good"].output == "done"
    assert ended["crash"].death == "its process was ended by signal 9"
    assert ended["bug"].death == "its process ended with status 1"
    assert "RuntimeError: a bug" in (tmp_path / "bug.log").read_text()


def test_one_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    started = time.monotonic()
    ended = do(tmp_path, {"hang": leave_a_grandchild, "good": lambda: "done"}, seconds=1)
    assert time.monotonic() - started < 10
    assert ended["hang"].late
    assert "longer than 1 seconds" in ended["hang"].death
    assert ended["good"].output == "done"


def test_what_is_printed_goes_to_a_log_that_only_its_owner_reads(tmp_path: Path) -> None:
    do(tmp_path, {"talk": lambda: str(print("hello", file=sys.stderr))})
    assert (tmp_path / "talk.log").read_text() == "hello\n"
    assert (tmp_path / "talk.log").stat().st_mode & 0o777 == 0o600


def test_no_more_than_jobs_run_at_once(tmp_path: Path) -> None:
    running, most = 0, 0

    def begin(_: str) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)

    def finish(_: Ended) -> None:
        nonlocal running
        running -= 1

    run_tasks([Task(str(n), lambda: "", 20, tmp_path / str(n)) for n in range(6)], 2, finish, begin)
    assert most == 2


def test_once_stopped_none_is_begun(tmp_path: Path) -> None:
    done: list[str] = []
    tasks = [Task(str(n), lambda: "", 20, tmp_path / str(n)) for n in range(5)]
    run_tasks(tasks, 1, lambda each: done.append(each.name), stop=lambda: len(done) == 2)
    assert done == ["0", "1"]


def test_no_child_outlives_an_interrupt(tmp_path: Path) -> None:
    def interrupt(_: Ended) -> None:
        raise KeyboardInterrupt

    def hang() -> str:
        (tmp_path / "pid").write_text(str(os.getpid()))
        time.sleep(60)
        return ""

    tasks = [Task("hang", hang, 60, tmp_path / "log"), Task("good", lambda: str(time.sleep(1)), 60, tmp_path / "log")]
    with pytest.raises(KeyboardInterrupt):
        run_tasks(tasks, 2, interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
