"""The folders of root's part of the state, which only root can read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from wod.engine import durable
from wod.engine.request import Request

DONE_DAYS = 30


@dataclass(frozen=True)
class State:
    """``top`` holds ``active/``, ``dead/``, ``trace/`` and ``done/``, and two locks.

    ``intake`` is held while requests are taken out of the queue, ``worker`` as long as a worker runs.
    """

    top: Path

    def __post_init__(self) -> None:
        for folder in (self.active, self.dead, self.trace, self.done):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    active = property(lambda self: self.top / "active")
    dead = property(lambda self: self.top / "dead")
    trace = property(lambda self: self.top / "trace")
    done = property(lambda self: self.top / "done")
    intake = property(lambda self: self.top / "intake.lock")
    worker = property(lambda self: self.top / "worker.lock")


def carried_out(state: State, request: Request) -> str | None:
    """The id of the request that has done the same, or None. Operators' tests (customer 0) are done each time."""
    try:
        return _done(state, request).read_text().strip() if request.customer else None
    except FileNotFoundError:
        return None


def remember_done(state: State, request: Request) -> None:
    if request.customer and carried_out(state, request) is None:
        durable.replace(_done(state, request), request.id + "\n")


def _done(state: State, request: Request) -> Path:
    return Path(state.done / f"{request.verb}-{request.customer}-{request.first}-{request.last}")


def forget_done(state: State, now: float | None = None) -> None:
    """What is older than 30 days: nobody sends those again."""
    oldest = (time.time() if now is None else now) - DONE_DAYS * 86400
    for path in state.done.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
