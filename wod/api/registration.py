"""A participant asks for a workshop and gets a seat: one transaction (contract section 3.3).

Two registrations of one person wait for each other, and so do two for one workshop, by locks that end with their
transaction; a seat that another transaction is taking is passed over. So capacity is exact, and a worker that is killed
half-way has booked nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from wod.api import database as db
from wod.api.addresses import refused
from wod.api.config import Api
from wod.api.lifecycle.tables import OUTBOX
from wod.api.lifecycle.trace import note
from wod.api.models import Customer, Location, Student, Workshop
from wod.api.schemas import shown

HOURS = 4
"""What the original writes into customers.hours, and how long a workshop without a duration lasts."""
PERSON_LOCK = 0x776F65
"""First key of the lock on a person; the second is the hash of the address."""
SILENT = 3
"""So many vain tries to give a backend an order mean that it is down."""
RUNNING = ("welcome", "credentials", "expiring")
FULL = "Registration full, capacity exceeded. Please try again later"
NO_LOCATION = "No location available for this workshop - contact admin team"
NO_BASE = "Basestdid Not Available for that location - contact admin team"
NO_STUDENT = "Registration full, no student account. Please try again later"
UNKNOWN: dict[str, Any] = {"error": {}}
Line = Annotated[str, Field(max_length=255, pattern="^[^\\x00-\\x1f\\x7f\\x85\\u2028\\u2029]*$")]
"""No control characters and no line breaks: names and addresses stand in headers of mails."""


class Registration(BaseModel):
    """``title`` is the workshop's name. What else a portal sends (notebook, location, …) is not looked at."""

    title: str = ""
    name: Line = ""
    email: Line = ""
    company: Line | None = None
    proxy: Line | None = None


@dataclass(frozen=True)
class Outcome:
    """``body``: a mapping is JSON, a text HTML, ``None`` nothing at all."""

    status: int
    body: dict[str, Any] | str | None


def register(sessions: sessionmaker[Session], wanted: Registration, config: Api, now: datetime) -> Outcome:
    """200 with the new registration, or why there is none; see the module's checks in their order."""
    email = wanted.email.strip().lower()
    if not email or not wanted.name.strip():
        return Outcome(400, UNKNOWN)
    if refused(email, config.denied, config.disposable):
        return Outcome(200, None)
    with sessions.begin() as session:
        return _book(session, wanted, email, now)


def capitalised(name: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in name.strip().lower().split(" "))


def _book(session: Session, wanted: Registration, email: str, now: datetime) -> Outcome:
    session.execute(select(func.pg_advisory_xact_lock(PERSON_LOCK, func.hashtext(email))))
    before = _running(session, email)
    if before is not None:
        return Outcome(202, {"id": before.id, "title": before.session_name, "endDate": shown(before.end_date)})
    by_name = select(Workshop).where(Workshop.name == wanted.title).order_by(Workshop.id).limit(1)
    workshop = session.scalar(by_name) if "\0" not in wanted.title else None
    if workshop is not None and (workshop.capacity or 0) > 0:  # who comes too late waits for nobody
        workshop = session.scalar(by_name.with_for_update().execution_options(populate_existing=True))
    if workshop is None:
        return Outcome(400, UNKNOWN)
    if (workshop.capacity or 0) <= 0:
        return Outcome(202, FULL)
    seat = _seat(session, workshop)
    if isinstance(seat, str):
        return Outcome(202, seat)
    return _take(session, _customer(wanted, email, workshop, seat, now), workshop, seat, now)


def _running(session: Session, email: str) -> Customer | None:
    state = Customer.last_email_sent
    open_ones = select(Customer).where(func.lower(Customer.email) == email, or_(state.is_(None), state.in_(RUNNING)))
    return session.scalar(open_ones.order_by(Customer.id).limit(1))


def _places(session: Session, workshop: Workshop) -> Iterator[Location]:
    """The workshop's location, then its alternates in their order, as far as they exist."""
    names = list(dict.fromkeys([workshop.location, *(workshop.alternate_location or [])]))
    found = session.scalars(select(Location).where(Location.name.in_(names)).order_by(Location.id.desc()))
    known = {location.name: location for location in found}
    return (known[name] for name in names if name in known)


def _seat(session: Session, workshop: Workshop) -> Student | str:
    """A free seat, locked; else what to tell the participant."""
    places = list(_places(session, workshop))
    based = [place for place in places if place.basestdid is not None]
    for place in sorted(based, key=lambda place: silent(session, place)):
        seat = _free(session, workshop, place)
        if seat is not None:
            return seat
    return NO_STUDENT if based else NO_BASE if places else NO_LOCATION


def silent(session: Session, place: Location) -> bool:
    """Whether the backend has not taken an order in several tries: then it is the last to be given a participant."""
    waiting = select(OUTBOX.c.id).where(
        OUTBOX.c.kind == "order",
        OUTBOX.c.sent.is_(None),
        OUTBOX.c.tries >= SILENT,
        OUTBOX.c.recipient.endswith(f"@{place.name}", autoescape=True),
    )
    return bool(session.scalar(select(waiting.exists())))


def _free(session: Session, workshop: Workshop, place: Location) -> Student | None:
    if not workshop.range or len(workshop.range) != 2:
        return None
    first, last = (number + (place.basestdid or 0) for number in workshop.range)
    held = select(Customer.id).where(Customer.student_id == Student.id, db.holds_seat()).exists()
    free = select(Student).where(
        Student.assigned.is_(False), Student.location == place.name, Student.id.between(first, last), ~held
    )
    return session.scalar(free.order_by(Student.id).limit(1).with_for_update(skip_locked=True))


def _customer(wanted: Registration, email: str, workshop: Workshop, seat: Student, now: datetime) -> Customer:
    """Only who the participant is comes from the request."""
    return Customer(
        name=capitalised(wanted.name),
        email=email,
        company=wanted.company,
        proxy=wanted.proxy,
        session_name=workshop.name,
        session_type=workshop.session_type,
        notebook=workshop.notebook,
        location=seat.location,
        hours=HOURS,
        start_date=now,
        end_date=now + timedelta(hours=workshop.duration or HOURS),
        student_id=seat.id,
    )


def _take(session: Session, customer: Customer, workshop: Workshop, seat: Student, now: datetime) -> Outcome:
    session.add(customer)
    seat.assigned = True
    workshop.capacity = (workshop.capacity or 0) - 1
    session.flush()
    note(session, customer.id, now, "registered", f"{customer.notebook} on {seat.location} as {seat.username}")
    answer = {"id": customer.id, "name": customer.name, "email": customer.email}
    return Outcome(200, {**answer, "studentId": customer.student_id, "proxy": customer.proxy})
