"""A request under way: the folder ``active/<id>/``, with all that is needed to go on after a power cut.

``request.json`` is the request, ``journal.jsonl`` what happened, ``memory.json`` what its steps remember. Folders
appear and disappear by one rename. Whoever works on one holds its lock.

A line of the journal is an object with ``event`` and ``time``, and then

- ``finished``: ``step``, ``seconds``, ``tries``, ``remark``: never to be done again;
- ``later``: ``step``, ``reason``, ``due``: failed, to be tried at that time;
- ``resolved``: ``first``, ``last``: the student whom the request is for, found out from its customer;
- ``dead``: ``step``, ``reason``, ``tries``: given up;
- ``buried``: ``memory``: moved to the dead letters, and whether something it remembered was removed;
- ``dropped``: by an operator;
- ``retried``: ``anew``: an operator brought it back; with ``anew``, what was finished counts no more.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wod.engine import durable
from wod.engine.request import Request

Event = dict[str, Any]
JOURNAL = "journal.jsonl"


@dataclass
class Progress:
    """What a journal says.

    ``finished`` has the names of steps; ``tries``, ``since`` and ``due`` are of the step that comes next: how often it
    failed, when first, when it is to be tried again. ``late`` means that the student became known after arrival.
    """

    finished: set[str] = field(default_factory=set)
    tries: int = 0
    since: float | None = None
    due: float = 0.0
    reason: str = ""
    dead: bool = False
    late: bool = False
    yielded: bool = False

    def add(self, event: Event) -> None:
        kind = event.get("event")
        if kind == "later":
            self.tries, self.due, self.reason = self.tries + 1, event["due"], event["reason"]
            self.since = event["time"] if self.since is None else self.since
        elif kind in ("finished", "resolved", "retried"):
            self.tries, self.since, self.due, self.reason = 0, None, 0.0, ""
        self.yielded = kind == "yielded" or (self.yielded and kind == "later")
        if kind == "finished":
            self.finished.add(event["step"])
        elif kind == "dead":
            self.dead, self.reason = True, event["reason"]
        elif kind == "resolved":
            self.late = True
        elif kind == "retried":
            self.dead = self.late = False
            self.finished = set() if event["anew"] else self.finished


def progress(events: Iterable[Event]) -> Progress:
    found = Progress()
    for event in events:
        found.add(event)
    return found


class Memory:
    """See :class:`wod.engine.step.Memory`: on the disk before :meth:`remember` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _values(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.path.read_text()))
        except FileNotFoundError:
            return {}

    def remember(self, name: str, value: str) -> None:
        durable.replace(self.path, json.dumps({**self._values(), name: value}))

    def recall(self, name: str) -> str | None:
        return self._values().get(name)


class Folder:
    """One request's folder, in ``active/`` or ``dead/``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self.memory = Memory(path / "memory.json")

    @classmethod
    def create(cls, active: Path, request: Request) -> Folder:
        """The folder with the request in it, complete or not there at all. One that is there stays as it is."""
        draft = active / f".new-{request.id}"
        if not (active / request.id).exists():
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            durable.create(draft / "request.json", request.dump() + "\n")
            durable.create(draft / JOURNAL, "")
            durable.sync_folder(draft)
            draft.rename(active / request.id)
            durable.sync_folder(active)
        return cls(active / request.id)

    @property
    def request(self) -> Request:
        """With its student found out. :class:`ValueError` or :class:`OSError` when the disk has harmed it."""
        request = Request.load((self.path / "request.json").read_text())
        for event in self.events:
            if event.get("event") == "resolved":
                request = dataclasses.replace(request, first=event["first"], last=event["last"])
        return request

    @property
    def events(self) -> list[Event]:
        return durable.read(self.path / JOURNAL)

    def note(self, event: str, **fields: object) -> None:
        durable.append(self.path / JOURNAL, [{"event": event, "time": round(time.time(), 3), **fields}])

    def bury(self, dead: Path) -> None:
        """To the dead letters, without what it remembered: that may be a password."""
        forgotten = self.memory.path.exists()
        self.note("buried", memory=forgotten)
        self.memory.path.unlink(missing_ok=True)
        self.move(dead)

    def revive(self, active: Path) -> None:
        """Back to work. What its steps remembered is gone, so those that relied on it must run again."""
        anew = any(event.get("memory") for event in self.events)
        self.note("retried", anew=anew)
        self.move(active)

    def move(self, parent: Path) -> None:
        durable.move_folder(self.path, parent / self.id)

    def remove(self) -> None:
        """By one rename, so that no half of it is ever taken for a request."""
        gone = self.path.with_name(f".gone-{self.id}")
        durable.move_folder(self.path, gone)
        shutil.rmtree(gone, ignore_errors=True)


def folders(parent: Path) -> list[Folder]:
    """The oldest request first. Names with a dot are half made or half removed."""
    return [Folder(path) for path in sorted(parent.iterdir()) if not path.name.startswith(".")]


def tidy(parent: Path) -> None:
    """Remove what a killed process left half made or half removed; only while nobody else works here."""
    for path in parent.glob(".*"):
        shutil.rmtree(path, ignore_errors=True)
