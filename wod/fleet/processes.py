"""Tasks in child processes of their own, several at a time, each with a time limit that nothing can outlast.

The children are forked, so they have everything that this process has imported and loaded. This process must run no
threads and no gevent hub: neither survives a fork.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TICK = 0.5
"""Seconds after which ``on_tick`` is called at the latest."""
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Task:
    """``work`` gives the text that is handed back; what it prints goes to ``log``; it may take ``seconds``."""

    name: str
    work: Callable[[], str]
    seconds: float
    log: Path


@dataclass(frozen=True)
class Ended:
    """How a task ended: ``output`` is its text, ``death`` why there is none ("" when there is one)."""

    name: str
    output: str
    death: str
    late: bool
    seconds: float
    cpu: float


@dataclass
class _Child:
    task: Task
    pid: int
    pipe: int
    started: float
    text: bytearray = field(default_factory=bytearray)
    late: bool = False

    @property
    def left(self) -> float:
        return self.started + self.task.seconds - time.monotonic()


def run_tasks(
    tasks: Iterable[Task],
    jobs: int,
    on_done: Callable[[Ended], None],
    on_start: Callable[[str], None] = lambda name: None,
    stop: Callable[[], bool] = lambda: False,
    on_tick: Callable[[], None] = lambda: None,
) -> None:
    """Run tasks, at most ``jobs`` at once; when ``stop`` says so, no further one is begun. ``on_tick`` is called often.

    Whatever ends this function, an exception of ``on_done`` or Ctrl-C included, no child outlives it.
    """
    waiting = list(tasks)[::-1]
    with selectors.DefaultSelector() as selector, _nobody_left(selector):
        while True:
            while waiting and len(selector.get_map()) < jobs and not stop():
                task = waiting.pop()
                selector.register((child := _begin(task)).pipe, selectors.EVENT_READ, child)
                on_start(task.name)
            if not selector.get_map():
                return
            for child in _ended(selector):
                on_done(_reap(selector, child))
            on_tick()


@contextmanager
def _nobody_left(selector: selectors.BaseSelector) -> Iterator[None]:
    try:
        yield
    finally:
        for child in _children(selector):
            _kill(child)
            _reap(selector, child)


def _children(selector: selectors.BaseSelector) -> list[_Child]:
    return [key.data for key in selector.get_map().values()]


def _ended(selector: selectors.BaseSelector) -> Iterator[_Child]:
    """Wait for news; the children that closed their pipe, and those whose time is up (killed)."""
    left = min(child.left for child in _children(selector))
    for key, _ in selector.select(timeout=min(TICK, max(left, 0.0))):
        data = os.read(key.fd, 65536)
        key.data.text += data
        if not data:
            yield key.data
    for child in _children(selector):
        if child.left <= 0:
            child.late = True
            _kill(child)
            yield child


def _kill(child: _Child) -> None:
    """The child, and what it started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        os.kill(child.pid, signal.SIGKILL)  # it has not made its group yet


def _reap(selector: selectors.BaseSelector, child: _Child) -> Ended:
    selector.unregister(child.pipe)
    os.close(child.pipe)
    _, status, usage = os.wait4(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - child.started
    output = child.text.decode("utf-8", "replace") if code == 0 and not child.late else ""
    cpu = usage.ru_utime + usage.ru_stime
    return Ended(child.task.name, output, _death(code, child), child.late, round(seconds, 3), round(cpu, 3))


def _death(code: int, child: _Child) -> str:
    if child.late:
        return f"it took longer than {child.task.seconds:g} seconds and was ended"
    if code < 0:
        return f"its process was ended by signal {-code}"
    return f"its process ended with status {code}" if code else ""


def _begin(task: Task) -> _Child:
    parent = os.getpid()
    reading, writing = os.pipe()  # not inherited by programs that a child starts: one that stays cannot hold it open
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # or each child writes what is still in the buffers
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _be_child(task, writing, parent)
    os.close(writing)
    return _Child(task, pid, reading, time.monotonic())


def _be_child(task: Task, writing: int, parent: int) -> None:
    """Never returns; an exception of the task ends in the log, with its traceback."""
    status = 1
    try:
        _leave(parent)
        _speak_into(task.log)
        text = task.work().encode()
        while text:
            text = text[os.write(writing, text) :]
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


def _leave(parent: int) -> None:
    """A process group of its own, which ends with the parent, even if that is killed."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:  # Linux
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _speak_into(log: Path) -> None:
    """Standard output and error go to the log, which only its owner can read; nothing can be asked."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    silence = os.open(os.devnull, os.O_RDONLY)
    os.dup2(silence, 0)
    sys.stdout = os.fdopen(os.dup(descriptor), "w", buffering=1, encoding="utf-8", errors="replace")
    sys.stderr = os.fdopen(os.dup(descriptor), "w", buffering=1, encoding="utf-8", errors="replace")
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
