"""A crowd's servers come up a few at a time: each takes seconds of a whole processor, and all at once take minutes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wod.engine.errors import TryLater

COMING_UP = 30.0
"""Seconds after which one that is still not up counts no more: it may have hung, and the others must not."""
TURN = 20.0
"""Seconds that one waits for its turn before it lets the worker end, if that wants to."""
LOOK = 0.5
"""Seconds between two looks at those on their way."""


def processors() -> int:
    return max(2, len(os.sched_getaffinity(0)))


class Pace:
    """At most ``limit`` on their way up at a time; ``up(name)`` says whether one is no longer. For all threads."""

    def __init__(self, up: Callable[[str], bool], limit: int = 0) -> None:
        self.limit = limit or processors()
        self._up = up
        self._since: dict[str, float] = {}
        self._turn, self._lock = threading.Lock(), threading.Lock()

    @contextmanager
    def turn(self, name: str, patience: float = TURN) -> Iterator[None]:
        """Wait for a place, and keep it until ``name`` is up, or could not even be begun."""
        end = time.monotonic() + patience
        if not self._turn.acquire(timeout=patience):
            raise self._full()
        try:
            while self._busy(name):
                if time.monotonic() > end:
                    raise self._full()
                time.sleep(LOOK)
            with self._lock:
                self._since[name] = time.monotonic()
        finally:
            self._turn.release()
        try:
            yield
        except BaseException:
            with self._lock:
                self._since.pop(name, None)
            raise

    def _busy(self, name: str) -> bool:
        """Whether as many others are on their way as may be. Only then is it asked what has become of them."""
        others = self._others(name)
        if len(others) < self.limit:
            return False
        for other, since in others.items():
            if time.monotonic() - since > COMING_UP or self._up(other):
                with self._lock:
                    self._since.pop(other, None)
        return len(self._others(name)) >= self.limit

    def _others(self, name: str) -> dict[str, float]:
        with self._lock:
            return {other: since for other, since in self._since.items() if other != name}

    def _full(self) -> TryLater:
        return TryLater(f"{self.limit} servers are on their way up, and this one waits for its turn", after=0)
