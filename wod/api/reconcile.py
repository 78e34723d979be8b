"""What the database says about seats, against what the backends and their Hubs say: mismatches, each with its reason.

:func:`compare` is pure; :func:`reconcile` reads, and repairs when asked to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from wod.api import clock
from wod.api.catalogue import left, limits, taken
from wod.api.database import holds_seat
from wod.api.leaks import SETTLING
from wod.api.models import Customer, Location, Student, Workshop

Seen = Mapping[str, Mapping[str, bool]]
"""What each backend that answered says: by location, by student's name, whether a server of theirs is running."""

Capacities = Mapping[int, tuple[str, int | None, int]]
"""Workshop id → its notebook, the capacity it has, the one it is to have."""

LATE = timedelta(hours=1)
"""The life cycle ends a session within a tick; this much later, it does not run."""

_STUDENT = re.compile(r"student[0-9]+")


@dataclass(frozen=True)
class Seat:
    """A student's row; ``customer`` is its open registration, ``settling``: one has ended, and is being cleaned."""

    id: int
    location: str
    username: str
    assigned: bool
    customer: int | None = None
    settling: bool = False


@dataclass(frozen=True)
class Facts:
    """``seatless`` and ``late`` are open registrations without a student, and long past their end."""

    locations: tuple[str, ...]
    seats: tuple[Seat, ...]
    seatless: tuple[int, ...] = ()
    late: tuple[tuple[int, datetime], ...] = ()
    capacities: Capacities = field(default_factory=dict)


@dataclass(frozen=True)
class Mismatch:
    """``act`` on the row ``row``, with ``value``, mends it; without one, ``advice`` is for people."""

    subject: str
    reason: str
    advice: str
    act: str = ""
    row: int = 0
    value: int = 0

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}; {self.advice}"


def compare(facts: Facts, seen: Seen) -> list[Mismatch]:
    """All that does not agree, backends first, then seats by number, then registrations and workshops."""
    return [*_backends(facts, seen), *_seats(facts, seen), *_registrations(facts), *_capacities(facts.capacities)]


def reconcile(session: Session, seen: Seen, repair: bool = False, now: datetime | None = None) -> list[Mismatch]:
    """The mismatches; with ``repair``, those with an ``act`` are mended. The caller commits."""
    if repair:  # nobody may register between the look and the repair; it takes milliseconds
        session.execute(text("LOCK TABLE workshops, students, customers IN SHARE ROW EXCLUSIVE MODE"))
    found = compare(read(session, now or clock.now()), seen)
    if repair:
        _mend(session, found)
        _mend(session, list(_capacities(_due_capacities(session))))  # once more: a closed registration takes no place
    return found


def _mend(session: Session, found: list[Mismatch]) -> None:
    for each in found:
        if each.act:
            session.execute(_ACTS[each.act], {"row": each.row, "value": each.value})


def read(session: Session, now: datetime) -> Facts:
    """What the database says, in a handful of queries."""
    opened = session.execute(select(Customer.student_id, Customer.id).where(holds_seat()))
    registered = {student: customer for student, customer in opened}  # noqa: C416 - a Row is no pair to mypy
    settling = set(session.scalars(text(_SETTLING), {"now": now, "settling": SETTLING}))
    rows = session.execute(
        select(Student.id, Student.location, Student.username, Student.assigned).order_by(Student.id)
    )
    late = select(Customer.id, Customer.end_date).where(holds_seat(), Customer.end_date < now - LATE)
    return Facts(
        tuple(name for name in session.scalars(select(Location.name).order_by(Location.id)) if name),
        tuple(Seat(i, w or "", u or "", a, registered.get(i), i in settling) for i, w, u, a in rows),
        tuple(session.scalars(select(Customer.id).where(holds_seat(), Customer.student_id.is_(None)))),
        tuple((row, end) for row, end in session.execute(late.order_by(Customer.id))),
        _due_capacities(session),
    )


def _due_capacities(session: Session) -> Capacities:
    limit, held = limits(session), taken(session)
    rows = session.scalars(select(Workshop).order_by(Workshop.id).execution_options(populate_existing=True))
    return {
        row.id: (row.notebook or "", row.capacity, left(row, limit[row.id], held.get(row.name or "", 0)))
        for row in rows
    }


def _backends(facts: Facts, seen: Seen) -> Iterator[Mismatch]:
    for name in facts.locations:
        if name not in seen:
            yield Mismatch(name, "did not say anything", "its seats are not judged by it; see why, then run this again")
    known = {(seat.location, seat.username) for seat in facts.seats}
    for name, students in seen.items():
        if name not in facts.locations:
            yield Mismatch(name, "is a backend that the database does not know", "run `wod-api sync`")
            continue
        unknown = [each for each in students if _STUDENT.fullmatch(each) and (name, each) not in known]
        if unknown:
            few = ", ".join(unknown[:3]) + (f" and {len(unknown) - 3} more" if len(unknown) > 3 else "")
            yield Mismatch(name, f"has students that the database does not know, {few}", "run `wod-api sync`")


def _seats(facts: Facts, seen: Seen) -> Iterator[Mismatch]:
    for seat in facts.seats:
        if seat.location in facts.locations:
            yield from _seat(seat, f"{seat.username} at {seat.location}", seen.get(seat.location))


def _seat(seat: Seat, name: str, students: Mapping[str, bool] | None) -> Iterator[Mismatch]:
    if students is not None and seat.username not in students:
        yield Mismatch(name, "is not on its backend", "run deploys/backend.py for it")
    if seat.customer is not None:
        if not seat.assigned:
            reason = f"counts as free, registration {seat.customer} has it"
            yield Mismatch(name, reason, "to be assigned", "hold", seat.id)
    elif not seat.settling:
        yield from _vacant(seat, name, students)


def _vacant(seat: Seat, name: str, students: Mapping[str, bool] | None) -> Iterator[Mismatch]:
    """Nobody is registered: it is to be free, unless somebody may still be in."""
    busy = bool(students and students.get(seat.username))
    if busy and not seat.assigned:
        reason = "counts as free, and a server is running"
        yield Mismatch(name, reason, "to be held until it is quiet; PURGE it with `wod action`", "hold", seat.id)
    elif busy:
        yield Mismatch(name, "is assigned to nobody, and a server is running", "PURGE it with `wod action`")
    elif seat.assigned and students is None:
        yield Mismatch(name, "is assigned to nobody, and its backend did not say whether it is quiet", "ask again")
    elif seat.assigned:
        yield Mismatch(name, "is assigned to nobody, and quiet", "to be set free", "free", seat.id)


def _registrations(facts: Facts) -> Iterator[Mismatch]:
    for row in facts.seatless:
        yield Mismatch(f"registration {row}", "is open and has no student", "to be closed as an error", "close", row)
    for row, end in facts.late:
        yield Mismatch(f"registration {row}", f"ended {end:%Y-%m-%d %H:%M} and is open", "does wod-lifecycle run?")


def _capacities(known: Capacities) -> Iterator[Mismatch]:
    for row, (notebook, says, due) in known.items():
        if says != due:
            yield Mismatch(f"workshop {notebook}", f"has capacity {says}", f"to be {due}", "capacity", row, due)


_SETTLING = """
    SELECT c."studentId" FROM customers c
    WHERE c."studentId" IS NOT NULL AND c."lastEmailSent" IN ('expired', 'error')
    AND (NOT c.cleaned AND c."updatedAt" > :now - CAST(:settling AS interval) OR EXISTS (
        SELECT FROM wod_outbox o WHERE o.customer_id = c.id AND o.kind = 'order' AND o.sent IS NULL))
"""

_ACTS = {
    "hold": text('UPDATE students SET assigned = true, "updatedAt" = now() WHERE id = :row'),
    "free": text('UPDATE students SET assigned = false, "updatedAt" = now() WHERE id = :row'),
    "close": text(
        'UPDATE customers SET "lastEmailSent" = \'error\', active = false, "updatedAt" = now() WHERE id = :row'
    ),
    "capacity": text('UPDATE workshops SET capacity = :value, "updatedAt" = now() WHERE id = :row'),
}
