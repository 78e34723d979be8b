"""What a request is made of: named steps, each idempotent, journaled when it is done, never repeated after that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from wod.engine.request import Request


class Memory(Protocol):
    """What one step leaves for the next: kept on disk (0600, root) beside the request until that is finished.

    A step that makes something up (a password) remembers it before it is used: a crash does not make it up anew.
    """

    def remember(self, name: str, value: str) -> None: ...

    def recall(self, name: str) -> str | None: ...


@dataclass(frozen=True)
class Step:
    """``run`` may raise :class:`~wod.engine.errors.TryLater` or :class:`~wod.engine.errors.Impossible`.

    Any other exception counts as ``TryLater``. What it returns is a short remark for the trace, never a secret.
    ``courteous`` is a step that nobody waits for: it lets requests that have not come so far go first.
    """

    name: str
    run: Callable[[], str | None]
    courteous: bool = False


class Planner(Protocol):
    """Turns a request into its steps: :func:`wod.engine.actions.plan` in the worker, anything in a test."""

    def __call__(self, request: Request, memory: Memory) -> Sequence[Step]: ...
