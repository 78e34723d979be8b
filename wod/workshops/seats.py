"""What workshops must not do to each other: share students, offer more places than seats, share a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wod.workshops.findings import Finding, error, weighed
from wod.workshops.workshop import Workshop


def check_seats(workshop: Workshop, first: int, last: int) -> Iterator[Finding]:
    """One workshop's range against the backend's students ``first`` to ``last``, its capacity against its range."""
    if workshop.range is None:
        return
    low, high = workshop.range
    if low < first or high > last:
        bounds = f"the students {first} to {last} (USERMIN, USERMAX)"
        told = f"range [{low}, {high}] is outside {bounds}; move it, or raise USERMAX"
        yield weighed(workshop.active, workshop.path, workshop.line("range"), "range-bounds", told)
    if workshop.capacity > workshop.seats:
        seats = f"the {workshop.seats} seats of range [{low}, {high}]"
        told = f"capacity {workshop.capacity} is beyond {seats}; lower it, or widen the range"
        yield weighed(workshop.active, workshop.path, workshop.line("capacity"), "capacity", told)


def check_overlaps(workshop: Workshop, others: Sequence[Workshop]) -> Iterator[Finding]:
    """Students that a workshop shares with one of ``others``."""
    for other in others:
        shared = _shared(workshop, other)
        if shared:
            where = f"{other.directory} ([{_span(other)}], {_place(other, 'range')})"
            told = f"range [{_span(workshop)}] shares {shared} with {where}; give each its own"
            both = workshop.active and other.active
            yield weighed(both, workshop.path, workshop.line("range"), "range-overlap", told)


def check_names(workshop: Workshop, others: Sequence[Workshop]) -> Iterator[Finding]:
    """A name that one of ``others`` has: registrations find their workshop by it."""
    for other in others:
        if workshop.name and workshop.name.casefold() == other.name.casefold():
            where = f"{other.directory} ({_place(other, 'name')})"
            told = f"the name is also that of {where}; a registration finds its workshop by name, so change one"
            yield error(workshop.path, workshop.line("name"), "duplicate-name", told)


def _shared(one: Workshop, other: Workshop) -> str:
    if one.range is None or other.range is None:
        return ""
    low, high = max(one.range[0], other.range[0]), min(one.range[1], other.range[1])
    if low > high:
        return ""
    return f"student {low}" if low == high else f"students {low} to {high}"


def _span(workshop: Workshop) -> str:
    return ", ".join(map(str, workshop.range or ()))


def _place(workshop: Workshop, key: str) -> str:
    return f"{workshop.path}:{workshop.line(key)}"
