"""Our pyinfra facts: each reads all that one decision needs, with one remote command.

A fact answers ``None`` when it could not be read; that is never the same as "nothing there". An operation that
gets ``None`` yields :func:`wod.shell.refuse` instead of deciding on nothing.
"""

from __future__ import annotations

END = "wod-end"
"""Last line of every fact's output: without it the command was cut short, and what came is not to be trusted."""


def complete(output: list[str]) -> list[str] | None:
    """The lines before the end mark, or ``None`` when the mark is missing."""
    lines = list(output)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines[:-1] if lines and lines[-1] == END else None
