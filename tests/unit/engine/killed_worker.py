"""A worker for :mod:`tests.unit.engine.test_killed_worker`: ``python -m … FOLDER``. Its steps write lines to a file."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.unit.engine.orders import config
from wod.engine.request import Request
from wod.engine.step import Memory, Step
from wod.engine.worker import Worker

STEPS = ("one", "two", "three")


def line(top: Path, *words: object) -> None:
    """Appended by one system call, so that lines of threads and of killed processes stay whole."""
    handle = os.open(top / "ran", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, (" ".join(map(str, words)) + "\n").encode())
    os.close(handle)


def plan(top: Path, asked: Request, memory: Memory) -> Sequence[Step]:
    def run(name: str) -> str:
        line(top, asked.first, asked.customer, name, "begin")
        if name == "one":
            memory.remember("password", str(asked.customer))
        time.sleep(0.01)
        line(
            top,
            asked.first,
            asked.customer,
            name,
            "end" if memory.recall("password") == str(asked.customer) else "lost",
        )
        return ""

    return [Step(name, lambda name=name: run(name)) for name in STEPS]  # type: ignore[misc]


def main(top: Path) -> None:
    worker = Worker(config(top, jobs=8), lambda asked, memory: plan(top, asked, memory))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
