"""Carrying on a database of the original: what it leaked is found, told, and, when asked to, repaired.

Each repair is one statement that does it and says what it did. A report only is the same, taken back at the end, so
that it also tells what follows from other repairs, and whether our constraints hold afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from wod.api import clock, database
from wod.api.catalogue import left, limits, taken
from wod.api.changes import move_serial
from wod.api.leaks import ACCOUNTS, ADMINS, BOOKINGS, Step
from wod.api.models import User, Workshop
from wod.api.security import LONGEST_PASSWORD, hashed


@dataclass(frozen=True)
class Repair:
    """``subject`` is what was found wrong, for ``reason``; ``mend`` is what is done about it, if anything is."""

    subject: str
    reason: str
    mend: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}" + (f"; {self.mend}" if self.mend else "")


_SERIALS = ("workshops", "students", "locations", "customers", "users", "roles", "special_badges")


def adopt_database(url: str, apply: bool = False, now: datetime | None = None) -> list[Repair]:
    """A restored database is given what it lacks, repaired, and brought to our newest schema, or only looked at.

    All in one transaction. :class:`wod.api.database.NotAdopted` when something is left that is not understood.
    """
    engine = database.engine(url)
    try:
        with engine.connect() as bind, bind.begin() as transaction:
            database.upgrade(bind, database.ORIGINAL)
            with Session(bind, join_transaction_mode="create_savepoint") as session:
                found = list(_all(session, now or clock.now(), apply))
                session.commit()
            database.upgrade(bind)
            if not apply:
                transaction.rollback()
    finally:
        engine.dispose()
    return found


def adopt(session: Session, apply: bool = False, now: datetime | None = None) -> list[Repair]:
    """What is wrong, in the order of its repair; repaired if ``apply``. The tables of revision 0001 must exist."""
    savepoint = session.begin_nested()
    found = list(_all(session, now or clock.now(), apply))
    session.flush()
    if apply:
        savepoint.commit()
    else:
        savepoint.rollback()
    return found


def _all(session: Session, now: datetime, apply: bool) -> Iterator[Repair]:
    yield from _notes(session)
    yield from _steps(session, ACCOUNTS, now)
    yield from _passwords(session)
    yield from _steps(session, BOOKINGS, now)
    yield from _capacities(session)
    yield from _serials(session, apply)


def _steps(session: Session, steps: tuple[Step, ...], now: datetime) -> Iterator[Repair]:
    for step in steps:
        query = text(step.statement)
        values: dict[str, Any] = {"now": now} if ":now" in step.sql else {}
        if ":states" in step.sql:
            query, values = query.bindparams(bindparam("states", expanding=True)), {**values, "states": database.STATES}
        for subject in sorted(set(session.execute(query, values).scalars())):
            yield Repair(subject, step.reason, step.mend)


def _notes(session: Session) -> Iterator[Repair]:
    """The original lets anybody make themselves an administrator. Told once, when it is ours to tell."""
    if session.scalar(text("SELECT to_regclass('wod_catalogue')")) is None:
        for subject in session.execute(text(ADMINS)).scalars():
            yield Repair(subject, "is an administrator, as anybody could become one: see that you know them", "")


def _passwords(session: Session) -> Iterator[Repair]:
    """The original stores what ``PUT /user`` sends as it is."""
    for user in session.scalars(select(User).where(User.password.not_like("$2_$%")).order_by(User.id)):
        plain = user.password or ""
        usable = len(plain.encode()) <= LONGEST_PASSWORD
        user.password = hashed(plain) if usable else None
        mend = "hashed" if usable else "too long to be hashed, so nobody can log in with it any more"
        yield Repair(f"user {user.username}", "has a password in plain text", mend)


def _capacities(session: Session) -> Iterator[Repair]:
    limit, held = limits(session), taken(session)
    for workshop in session.scalars(select(Workshop).order_by(Workshop.id)):
        due = left(workshop, limit[workshop.id], held.get(workshop.name or "", 0))
        if workshop.capacity != due:
            reason = f"has {limit[workshop.id]} seats, {held.get(workshop.name or '', 0)} taken, capacity"
            yield Repair(f"workshop {workshop.notebook}", f"{reason} {workshop.capacity}", f"set to {due}")
            workshop.capacity = due


def _serials(session: Session, apply: bool) -> Iterator[Repair]:
    """Whose next number is taken: rows were given numbers of their own. A serial cannot be taken back."""
    for table in _SERIALS:
        behind = text(
            f"SELECT (SELECT max(id) FROM {table}) > coalesce(pg_sequence_last_value("  # noqa: S608 - our own tables
            f"pg_get_serial_sequence('{table}', 'id')), 0)"
        )
        if session.scalar(behind):
            if apply:
                move_serial(session, table)
            yield Repair(f"table {table}", "would number a new row as one that is there", "its numbers go on behind it")
