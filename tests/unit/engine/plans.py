"""Planners of the tests' own, and what a worker leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.unit.engine.orders import idle
from wod.engine import trace
from wod.engine.errors import TryLater
from wod.engine.journal import Folder, folders
from wod.engine.request import Request
from wod.engine.state import State
from wod.engine.step import Memory, Step
from wod.engine.worker import Worker


class Plan:
    """Steps that note what ran; ``acts`` gives a step something to do by its name."""

    def __init__(self, *names: str, **acts: Callable[[Request, Memory], object]) -> None:
        self.names, self.acts = names or ("one", "two"), acts
        self.ran: list[tuple[int, str]] = []

    def __call__(self, asked: Request, memory: Memory) -> Sequence[Step]:
        return [Step(name, lambda name=name: self._run(name, asked, memory)) for name in self.names]  # type: ignore[misc]

    def _run(self, name: str, asked: Request, memory: Memory) -> str | None:
        self.ran.append((asked.customer, name))
        return self.acts[name](asked, memory) if name in self.acts else None  # type: ignore[return-value]


def dead(top: Path) -> list[Folder]:
    return folders(State(top / "state").dead)


def some_dead(top: Path) -> Callable[[Worker], bool]:
    return lambda worker: bool(dead(top)) and idle(worker)


def traced(top: Path, student: int = 3) -> list[tuple[object, ...]]:
    lines = trace.of_student(State(top / "state").trace, student)
    return [(line["customer"], line["step"], line["outcome"], line["remark"]) for line in lines]


def away(*_: object) -> None:
    raise TryLater("the Hub is away")
