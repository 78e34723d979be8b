"""Results of hosts as lines for people: the same words in a terminal, a mail and a page. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from wod.fleet.result import BAD, Change, HostResult

STAMP = "Stamp"
COLOURS = {"unchanged": "green", "changed": "yellow", "held": "blue", "skipped": "blue"}
DIFF_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def count(number: int, word: str) -> str:
    """``1 change``, ``3 changes``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def differences(result: HostResult) -> tuple[Change, ...]:
    """The changes without the stamp's and those that only follow from others; if there is nothing else, those."""
    changes = tuple(change for change in result.changes if change.module != STAMP)
    return tuple(change for change in changes if not change.follows) or changes


def shown(result: HostResult) -> tuple[Change, ...]:
    """The changes that tell something: without a stamp that only gets a new time."""
    return tuple(change for change in result.changes if change.module != STAMP or change.remarks)


def news(result: HostResult) -> tuple[str, ...]:
    """In what the host's stamp is not the repository's: ``revision: OLD → NEW``. Empty when it was rolled out so."""
    return tuple(text for change in result.changes if change.module == STAMP for text in change.remarks)


def restarts(changes: Sequence[Change]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(unit for change in changes for unit in change.restarts))


def affected(result: HostResult) -> str:
    """Which services and people a run would touch."""
    units = restarts(result.changes)
    said = f"restarts {', '.join(units)}" if units else ""
    if result.people:
        said += f"; {count(result.people, 'student')} with a running server, which goes on without a pause"
    return said


def headline(result: HostResult) -> str:
    if result.outcome in BAD:
        return f"{result.outcome}: {result.error}"
    if not result.changes:
        return "nothing to do"
    said = f"{count(len(shown(result)), 'change')}, {count(result.commands, 'command')}"
    return "; ".join(text for text in (said, affected(result)) if text)


def fared(result: HostResult) -> str:
    """How a host fared: ``changed: 3 operations``, ``held until …``, ``failed: why``."""
    said = result.error or (count(len(result.changes), "operation") if result.changes else "nothing to do")
    return said if said.startswith(result.outcome) else f"{result.outcome}: {said}"


def change_lines(change: Change) -> Iterator[str]:
    """The operation, then what it says of itself, then its difference, each further in."""
    yield f"  {change.operation} ({count(change.commands, 'command')})"
    for remark in change.remarks:
        yield f"      {remark}"
    for line in change.diff.splitlines():
        yield f"      {line}"


def coloured(line: str) -> str:
    """A line of :func:`change_lines` for a terminal."""
    colour = DIFF_COLOURS.get(line.strip()[:1]) if line.startswith("      ") else None
    return click.style(line, fg=colour) if colour else line


def host_line(name: str, headline: str, outcome: str) -> str:
    return f"{click.style(name, bold=True)}: {click.style(headline, fg=COLOURS.get(outcome, 'red'))}"
