"""What would become of files, as people read it: unified diffs without secrets. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from wod.fleet.notes import FileChange

LONGEST = 200
"""Lines of one file's difference that are shown."""
SHORTEST_SECRET = 6
"""Characters: a shorter value would be found everywhere."""
HIDDEN = "(secret changed)"


def holds(text: str, secrets: Iterable[str]) -> bool:
    """Whether a secret's value is in a text."""
    return any(len(value) >= SHORTEST_SECRET and value in text for value in secrets)


def masked(text: str, secrets: Mapping[str, str]) -> str:
    """The text with ``<secret NAME>`` in the place of each value; ``secrets`` are values by name, longest first."""
    for name, value in sorted(secrets.items(), key=lambda item: -len(item[1])):
        if len(value) >= SHORTEST_SECRET:
            text = text.replace(value, f"<secret {name}>")
    return text


def of_file(change: FileChange, old: str | None, secrets: Mapping[str, str]) -> str:
    """One path's difference. A file that would hold a secret shows nothing: its old text may hold the old secret."""
    if change.text is None:
        return f"{change.path}: {change.remark}"
    if holds(change.text, secrets.values()):
        return f"{change.path}: {HIDDEN}"
    before = (old or "").splitlines()
    label = "/dev/null" if old is None else change.path
    after = "/dev/null" if change.remark == "removed" else change.path
    lines = list(difflib.unified_diff(before, change.text.splitlines(), label, after, lineterm="", n=2))
    if len(lines) > LONGEST:
        lines = [*lines[:LONGEST], f"… {len(lines) - LONGEST} more lines"]
    if change.remark not in ("", "removed") or not lines:
        lines.insert(0, f"{change.path}: {change.remark or 'line breaks differ'}")
    return masked("\n".join(lines), secrets)


def of_files(changes: Iterable[FileChange], old: Mapping[str, str], secrets: Mapping[str, str]) -> str:
    """The differences of one operation, in the order in which it makes them."""
    return "\n".join(of_file(each, old.get(each.path) if each.fetch else None, secrets) for each in changes)
