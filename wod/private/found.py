"""What a look through the private folder finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from wod.errors import Problem
from wod.settings.layers import shown_path

KINDS = ("setting", "kernel", "template", "step", "skeleton", "workshop", "hook", "page", "badge")


@dataclass(frozen=True)
class Override:
    """One thing of the private folder, and what it does to what is public.

    ``effect`` is ``adds`` or begins with ``replaces``, ``goes over``, ``runs`` or ``leaves out``; ``platform`` is ""
    for all of them; ``file`` has a line where that is known.
    """

    kind: str
    name: str
    effect: str
    platform: str
    file: str


@dataclass
class Found:
    """``problems`` have to be mended; ``notes`` are worth knowing."""

    overrides: list[Override] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __iadd__(self, other: Found) -> Found:
        self.overrides += other.overrides
        self.problems += other.problems
        self.notes += other.notes
        return self

    def sorted(self) -> Found:
        """By kind, platform and name; each once."""
        found = sorted(set(self.overrides), key=lambda each: (KINDS.index(each.kind), each.platform, each.name))
        return Found(found, sorted(set(self.problems)), list(dict.fromkeys(self.notes)))

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Look:
    """Where to look: ``root`` has group_vars/, ``private`` goes over it, for these platforms."""

    root: Path
    private: Path
    platforms: tuple[str, ...]

    def shown(self, path: Path) -> str:
        return shown_path(path, self.root)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` (did you mean X?)``, or nothing when nothing is close."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""
