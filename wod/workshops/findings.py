"""What the linter finds: a fault with its place, its weight, the rule it breaks, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """One fault. ``line`` counts from 1; ``active`` says whether it concerns a workshop that is offered."""

    path: Path
    line: int
    severity: Severity
    rule: str
    text: str
    active: bool = True

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text} [{self.rule}]"

    @property
    def blocks(self) -> bool:
        """Whether a roll-out refuses the content because of it: an error in what is active."""
        return self.severity == "error" and self.active

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**asdict(self), "path": str(self.path)}


def error(path: Path, line: int, rule: str, text: str) -> Finding:
    return Finding(path, line, "error", rule, text)


def warning(path: Path, line: int, rule: str, text: str) -> Finding:
    return Finding(path, line, "warning", rule, text)


def weighed(active: bool, path: Path, line: int, rule: str, text: str) -> Finding:
    """An error in a workshop that is offered, a warning in one that is not."""
    return Finding(path, line, "error" if active else "warning", rule, text)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    return [each for each in findings if each.severity == "error"]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    return [each for each in findings if each.severity == "warning"]
