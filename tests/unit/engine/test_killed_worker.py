"""A real worker process, killed again and again: nothing is lost, nothing that was finished is done again."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.unit.engine.killed_worker import STEPS
from tests.unit.engine.orders import request, submit
from wod.engine import trace
from wod.engine.state import State

STUDENTS, EACH = 20, 5
COMMAND = [sys.executable, "-m", "tests.unit.engine.killed_worker"]


def ran(top: Path) -> list[list[str]]:
    path = top / "ran"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def wait(process: subprocess.Popen[bytes], until: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not until():
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < end
        time.sleep(0.005)


def work(top: Path, until: Callable[[], bool], end: int) -> int:
    process = subprocess.Popen([*COMMAND, str(top)], stderr=subprocess.DEVNULL)
    try:
        wait(process, until)
    finally:
        process.send_signal(end)
        process.wait(30)
    return process.returncode


def left(top: Path) -> int:
    return sum(len(list((top / name).glob("2*"))) for name in ("queue/new", "state/active"))


def test_three_kills_among_a_hundred_requests(tmp_path: Path) -> None:
    now = time.time()
    orders = [request(now + n / 1000, student=n // EACH + 1, customer=n + 1) for n in range(STUDENTS * EACH)]
    submit(tmp_path, *orders)
    total = len(orders) * len(STEPS)
    for part in (1, 2, 3):
        goal = total * part // 4
        assert work(tmp_path, lambda goal=goal: sum(w[3] == "end" for w in ran(tmp_path)) >= goal, signal.SIGKILL) == -9  # type: ignore[misc]
    assert work(tmp_path, lambda: left(tmp_path) == 0, signal.SIGTERM) == 0
    check_each_step(tmp_path, orders)
    check_order(tmp_path)


def check_each_step(top: Path, orders: list[object]) -> None:
    """Each ended once, but for those that a kill interrupted: one per running request and kill at most."""
    begun = Counter((words[1], words[2]) for words in ran(top) if words[3] == "begin")
    ended = Counter((words[1], words[2]) for words in ran(top) if words[3] == "end")
    wanted = {(str(customer), step) for customer in range(1, len(orders) + 1) for step in STEPS}
    assert set(ended) == wanted
    assert not [words for words in ran(top) if words[3] == "lost"]
    again = [key for key, times in begun.items() if times > 1]
    assert len(again) <= 3 * 8
    assert all(times <= 1 + 3 for times in begun.values())
    lines = [line for n in range(1, STUDENTS + 1) for line in trace.of_student(State(top / "state").trace, n)]
    assert Counter((str(line["customer"]), line["step"]) for line in lines) == Counter(wanted)


def check_order(top: Path) -> None:
    """For each student: customers in the order of arrival, each one's steps in theirs."""
    for student in range(1, STUDENTS + 1):
        did = [(int(words[1]), STEPS.index(words[2])) for words in ran(top) if words[0] == str(student)]
        assert did == sorted(did)
        assert len(list(itertools.groupby(did))) == EACH * len(STEPS)


def test_requests_that_come_while_it_runs(tmp_path: Path) -> None:
    submit(tmp_path, request(time.time(), customer=1))
    process = subprocess.Popen([*COMMAND, str(tmp_path)], stderr=subprocess.DEVNULL)
    try:
        wait(process, lambda: len(ran(tmp_path)) == 6)
        submit(tmp_path, request(time.time(), customer=2))
        wait(process, lambda: len(ran(tmp_path)) == 12 and left(tmp_path) == 0)
    finally:
        process.terminate()
    assert process.wait(30) == 0
