"""Which requests may start now: students side by side, the orders of one student strictly in their order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from wod.engine.request import Request

QUIET = 2.0
"""Seconds: two orders that came within them are the beginning of a crowd."""
HELD = 30.0
"""Seconds after its arrival from which a request is held back for a crowd no longer, however many still come."""


@dataclass
class Entry:
    """A request as the worker knows it. ``due`` is when it may be tried (seconds since 1970).

    ``yielded`` says that what is left of it has let the others go first.
    """

    request: Request
    due: float = 0.0
    tries: int = 0
    yielded: bool = False

    @property
    def unknown(self) -> bool:
        """Whether its student has still to be found out."""
        return self.request.first == 0


def startable(
    entries: Iterable[Entry], running: Collection[str], now: float, slots: int, unhurried: int | None = None
) -> list[str]:
    """Ids of the requests to start, at most ``slots``; ``running`` are the ids of those that are under way.

    A request is kept waiting by each earlier one that has a student in common, even one that waits for its next try.
    One whose student is not known keeps all later ones waiting until it was looked up once; after that only itself,
    since a customer that the API never finds must not stop a whole backend. Those that yielded come last, and no more
    than ``unhurried`` (default: any number) are under way at once, so that there is a slot for whoever comes next.
    While a crowd arrives they wait, for :data:`HELD` at most.
    """
    ordered = sorted(entries, key=lambda entry: entry.request.id)
    busy = {student for entry in ordered if entry.request.id in running for student in _students(entry)}
    chosen: list[Entry] = []
    for entry in ordered:
        if entry.request.id not in running and entry.due <= now and busy.isdisjoint(_students(entry)):
            chosen.append(entry)
        if entry.unknown and not entry.tries:
            break
        busy.update(_students(entry))
    eager = [entry for entry in chosen if not entry.yielded]
    late = [entry for entry in chosen if entry.yielded]
    if _arriving(ordered, now):
        late = [entry for entry in late if not _new(entry.request, now)]
    if unhurried is not None:
        under_way = sum(entry.yielded for entry in ordered if entry.request.id in running)
        late = late[: max(0, unhurried - under_way)]
    return [entry.request.id for entry in (eager + late)[: max(0, slots)]]


def crowded(request: Request, entries: Iterable[Entry], running: Collection[str], now: float) -> bool:
    """Whether a request is to let others go first: one could start, if only there were a slot, or more will come."""
    waiting = list(entries)
    first = startable(waiting, running, now, 1)
    could_start = any(entry.request.id in first and not entry.yielded for entry in waiting)
    return could_start or (_new(request, now) and _arriving(waiting, now))


def _arriving(entries: Iterable[Entry], now: float) -> bool:
    """Whether a crowd is: taking its mails in and handing out need the processors now."""
    return sum(0 <= now - entry.request.received < QUIET for entry in entries) > 1


def _new(request: Request, now: float) -> bool:
    """Whether it can still be held back."""
    return 0 <= now - request.received < HELD


def _students(entry: Entry) -> Collection[int]:
    return () if entry.unknown else entry.request.students


def delay(tries: int, jitter: float, after: float | None = None) -> float:
    """Seconds until the next try: 1, 2, 4 … 60, a quarter more or less (``jitter`` is 0 to 1), or as the step asked.

    ``tries`` is the number of failures before this one.
    """
    if after is not None:
        return max(0.0, after)
    return float(min(60.0, 2.0 ** min(tries, 6) * (0.75 + jitter / 2)))
