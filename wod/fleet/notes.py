"""What operations say about themselves while a roll-out is only planned: files, restarts. No effect at any other time.

One process plans one host, so the notebook is the process's own; pages are kept by the hash that pyinfra gives an
operation, since it may ask an operation twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pyinfra import host

REFUSED = "as the host is now, this would be refused: "


@dataclass(frozen=True)
class FileChange:
    """One path that an operation would change.

    ``text`` is what the file would hold, ``None`` where that is not told (a secret) or there is none (a link, a
    folder, a file that goes); ``fetch`` says that the old text is worth showing; ``remark`` is everything else.
    """

    path: str
    text: str | None = None
    fetch: bool = False
    remark: str = ""


@dataclass
class Note:
    """What one operation said. ``follows``: it has to act only because of what earlier ones would do."""

    files: dict[str, FileChange] = field(default_factory=dict)
    restarts: dict[str, None] = field(default_factory=dict)
    said: dict[str, None] = field(default_factory=dict)
    follows: bool = False


@dataclass
class Notebook:
    """All notes of a host by operation hash, the paths that would be written, and the units that would be started."""

    notes: dict[str, Note] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    started: set[str] = field(default_factory=set)

    def of(self, operation: str) -> Note:
        return self.notes.setdefault(operation, Note())


_OPEN: list[Notebook] = []


@contextmanager
def collecting() -> Iterator[Notebook]:
    """Operations called inside write into the notebook."""
    _OPEN.append(Notebook())
    try:
        yield _OPEN[-1]
    finally:
        _OPEN.pop()


def planning() -> bool:
    """Whether somebody reads what is noted."""
    return bool(_OPEN)


def _page() -> Note:
    return _OPEN[-1].of(host.current_op_hash or "")


def files(changes: Iterable[FileChange]) -> None:
    """The current operation would change these paths."""
    if planning():
        for change in changes:
            _page().files[change.path] = change


def written(*paths: str) -> None:
    """These paths would be new or have another content: what watches them would be restarted."""
    if planning():
        _OPEN[-1].written.update(paths)


def restarts(units: Iterable[str]) -> None:
    """The current operation would restart these running units."""
    if planning():
        _page().restarts.update(dict.fromkeys(units))


def starts(units: Iterable[str]) -> None:
    """The current operation would start these units, which do not run."""
    if planning():
        _OPEN[-1].started.update(units)


def unsettled(units: Iterable[str] = (), paths: Iterable[str] = ()) -> bool:
    """Whether what a service says now is no news: one that it needs is yet to be started, or a path to be written.

    ``units`` are names, or beginnings of names.
    """
    if not _OPEN:
        return False
    return any(name.startswith(tuple(units)) for name in _OPEN[-1].started) or bool(_OPEN[-1].written & set(paths))


def say(text: str) -> None:
    """A sentence about what the current operation would do, or why it would refuse."""
    if planning():
        _page().said[text] = None


def follows() -> None:
    """The current operation would do nothing, did earlier ones not change something."""
    if planning():
        _page().follows = True


def foreseen() -> dict[str, float]:
    """``{path: the end of time}`` for what would be written, as if it had been: so restarts are foreseen, too."""
    return dict.fromkeys(_OPEN[-1].written, math.inf) if _OPEN else {}
