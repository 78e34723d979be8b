"""Our pyinfra facts: each reads all that one decision needs, with one remote command.

A fact answers ``None`` when it could not be read; that is never the same as "nothing there". An operation that
gets ``None`` yields :func:`wod.shell.refuse` instead of deciding on nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pyinfra.api.state import StateStage

T = TypeVar("T")
END = "wod-end"
"""Last line of every fact's output: without it the command was cut short, and what came is not to be trusted."""


def complete(output: list[str]) -> list[str] | None:
    """The lines before the end mark, or ``None`` when the mark is missing."""
    lines = list(output)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines[:-1] if lines and lines[-1] == END else None


def read(output: list[str], parse: Callable[[list[str]], T]) -> T | None:
    """What ``parse`` makes of the lines; ``None`` when they were cut short or make no sense.

    An exception in a fact would end the run for every host (pyinfra 3).
    """
    lines = complete(output)
    if lines is None:
        return None
    try:
        return parse(lines)
    except (ValueError, LookupError, TypeError):
        return None


def ask(host: Any, fact: type, **arguments: Any) -> Any:
    """A fact for an operation.

    While pyinfra only prepares (no ``-y``, or ``--dry``), a fact that fails is ``None`` and no reason to drop the host:
    on a fresh one, an earlier step is yet to install what the fact needs.
    """
    preparing = host.state.current_stage == StateStage.Prepare
    return host.get_fact(fact, **arguments, **({"_ignore_errors": True} if preparing else {}))
