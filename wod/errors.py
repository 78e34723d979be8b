"""What goes wrong in words for people: one sentence with the place and the mend, an exit code, no traceback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EXIT_FAILED = 1
"""The work was tried and did not succeed."""
EXIT_BAD_INPUT = 2
"""What was given (settings, flags, an inventory) is wrong; nothing was touched."""


class WodError(Exception):
    """An error whose text is meant for the person at the terminal."""

    exit_code = EXIT_FAILED


class BadInput(WodError):
    """Something a person wrote is wrong, and nothing has been touched."""

    exit_code = EXIT_BAD_INPUT


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in what a person wrote: where it stands, and what is wrong with it and how to mend it."""

    place: str
    """``file:line``, or a name such as ``inventories/lab.py, host be2`` where no line is known."""
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class ProblemsFound(BadInput):
    """Several problems, all reported at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
