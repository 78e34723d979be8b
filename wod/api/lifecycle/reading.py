"""The database's rows as facts. Workshop, notebook and location are the database's, never the client's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from wod.api import models
from wod.api.database import holds_seat
from wod.api.lifecycle import facts
from wod.api.lifecycle.tables import TRACE


def waiting(session: Session) -> Sequence[models.Customer]:
    """All registrations with something still to come, the oldest first, with their seats."""
    query = select(models.Customer).options(joinedload(models.Customer.student)).where(holds_seat())
    return session.scalars(query.order_by(models.Customer.id)).all()


def locked(session: Session, customer: int) -> models.Customer | None:
    """The row for this transaction alone; None when another process has it, or it is gone."""
    query = select(models.Customer).where(models.Customer.id == customer)
    return session.scalars(query.with_for_update(skip_locked=True).execution_options(populate_existing=True)).first()


def locations(session: Session) -> dict[str, models.Location]:
    return {row.name: row for row in session.scalars(select(models.Location)) if row.name}


def workshops(session: Session) -> dict[str, models.Workshop]:
    """By name, which is what registrations know; the oldest where a name is there twice."""
    query = select(models.Workshop).order_by(models.Workshop.id.desc())
    return {row.name: row for row in session.scalars(query) if row.name}


def workshop_row(session: Session, name: str | None) -> models.Workshop | None:
    """For this transaction alone: its capacity is going to be changed or judged."""
    query = select(models.Workshop).where(models.Workshop.name == name).order_by(models.Workshop.id).limit(1)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()


def workshop(session: Session, row: models.Workshop | None, customer: models.Customer) -> facts.Workshop:
    """One that left the catalogue under its participants is as the registration has it."""
    if row is None:
        return facts.Workshop(customer.notebook or "", customer.session_name or "", duration=customer.hours or 4)
    known = facts.Workshop(
        notebook=row.notebook or customer.notebook or "",
        name=row.name or "",
        reset=row.reset,
        duration=row.duration or 4,
        capacity=row.capacity or 0,
        range=_range(row),
        replay_link=row.replay_link or "",
        replay_id=row.replay_id,
        badge_img=row.badge_img or "",
    )
    return replace(known, others=_others(session, customer)) if known.ranged else known


def _range(row: models.Workshop) -> tuple[int, int] | None:
    given = row.range or []
    return (given[0], given[1]) if len(given) == 2 and 0 < given[0] <= given[1] else None


def _others(session: Session, customer: models.Customer) -> int:
    same = models.Customer.session_name == customer.session_name
    return session.scalar(select(func.count()).where(holds_seat(), same, models.Customer.id != customer.id)) or 0


def customer(
    session: Session, row: models.Customer, places: dict[str, models.Location], closely: bool = True
) -> facts.Customer:
    """``closely`` asks the database whether the end was before and the seat is still this one's."""
    lost = closely and _lost(session, row)
    return facts.Customer(
        id=row.id,
        email=row.email or "",
        state=row.last_email_sent or "",
        active=row.active,
        start=row.start_date,
        end=row.end_date,
        seat=_seat(row, places, lost),
        notebook=row.notebook or "",
        session_name=row.session_name or "",
        session_type=row.session_type or "",
        ended=lost or (closely and _ended(session, row.id)),
    )


def _ended(session: Session, customer: int) -> bool:
    query = select(TRACE.c.id).where(TRACE.c.customer_id == customer, TRACE.c.event.in_(("expired", "error")))
    return session.execute(query.limit(1)).first() is not None


def _lost(session: Session, row: models.Customer) -> bool:
    """A later registration has the seat: nothing may be done to it any more on behalf of this one."""
    same = models.Customer.student_id == row.student_id
    return session.execute(select(models.Customer.id).where(same, models.Customer.id > row.id)).first() is not None


def _seat(row: models.Customer, places: dict[str, models.Location], lost: bool) -> facts.Seat:
    student = row.student
    if student is None or lost:
        return facts.Seat(None, None, fault="the seat is a later participant's" if lost else "there is no seat")
    place = places.get(student.location or row.location or "")
    if place is None or place.basestdid is None:
        return facts.Seat(student.id, None, fault=f"the location {student.location or row.location} is not known")
    local = student.id - place.basestdid
    return facts.Seat(
        id=student.id,
        local=local if local > 0 else None,
        location=place.name or "",
        proto=place.proto or "http",
        port=place.port or "",
        username=student.username or "",
        password=student.password or "",
        url=student.url or "",
        fault="" if local > 0 else f"seat {student.id} is below the first of {place.name}",
    )
