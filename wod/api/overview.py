"""What an operator sees at a glance: backends, seats, registrations, what waits to be sent, drift."""

from __future__ import annotations

import json
import logging
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from wod.api import catalogue, reconcile
from wod.api.database import backends
from wod.api.lifecycle.tables import OUTBOX
from wod.api.models import Customer, Location, Workshop
from wod.api.registration import silent
from wod.api.schemas import shown

log = logging.getLogger("wod.api")
FRESH = timedelta(minutes=3)
"""A backend speaks every minute; one that has not for so long is not well."""
DAYS = 30
RECENT = timedelta(days=7)
"""What was given up in this time is told; it stays in the table for much longer."""


class DriftHost(BaseModel):
    name: str
    drifted: int
    reachable: bool


class Drift(BaseModel):
    """The file of `wod drift`."""

    time: datetime
    summary: str
    hosts: list[DriftHost]


class Backend(BaseModel):
    """``healthy`` is null for one that has never spoken of itself, as an original one does not."""

    name: str
    url: str
    seen: datetime | None
    healthy: bool | None
    revision: str | None
    waiting: int
    dead: int
    running: int | None


class Seats(BaseModel):
    """``stuck`` are seats of the workshop's last participants that are assigned to nobody."""

    workshopId: int
    name: str | None
    places: int
    free: int
    taken: int
    stuck: int


class Day(BaseModel):
    day: str
    count: int


class Outbox(BaseModel):
    """``givenUp`` in the last seven days; ``oldest`` is when the first of those that wait was made."""

    waiting: int
    givenUp: int
    oldest: datetime | None


class DeadLetter(BaseModel):
    backend: str
    text: str
    reason: str
    since: datetime


class Overview(BaseModel):
    now: datetime
    backends: list[Backend]
    seats: list[Seats]
    registrations: list[Day]
    outbox: Outbox
    deadLetters: list[DeadLetter]
    drift: Drift | None


def overview(session: Session, drift: Path, now: datetime) -> dict[str, Any]:
    """As :class:`Overview`."""
    spoken = {row.location: row for row in session.execute(select(backends).order_by(backends.c.location))}
    found = session.scalars(select(Location).order_by(Location.basestdid, Location.id))
    return {
        "now": shown(now),
        "backends": [_backend(session, place, spoken.get(place.name or ""), now) for place in found],
        "seats": _seats(session, now),
        "registrations": _registrations(session, now),
        "outbox": _outbox(session, now),
        "deadLetters": [{"backend": name, **each} for name, row in spoken.items() for each in row.letters],
        "drift": read_drift(drift),
    }


def _backend(session: Session, place: Location, said: Any, now: datetime) -> dict[str, Any]:
    port = f":{place.port}" if place.port else ""
    known: dict[str, Any] = {"name": place.name or "", "url": f"{place.proto or 'http'}://{place.name}{port}"}
    fresh = now - said.seen < FRESH if said else None
    known |= {"seen": shown(said.seen) if said else None, "healthy": False if silent(session, place) else fresh}
    known |= {"revision": said.revision if said else None, "running": said.running if said else None}
    return known | {"waiting": said.waiting if said else 0, "dead": said.dead if said else 0}


def _seats(session: Session, now: datetime) -> list[dict[str, Any]]:
    limits, taken, stuck = catalogue.limits(session), catalogue.taken(session), _stuck(session, now)
    rows = session.scalars(select(Workshop).order_by(Workshop.priority, Workshop.id))
    return [
        {
            **{"workshopId": row.id, "name": row.name, "places": limits.get(row.id, 0), "free": row.capacity or 0},
            **{"taken": taken.get(row.name or "", 0), "stuck": stuck[row.name or ""]},
        }
        for row in rows
        if row.active or taken.get(row.name or "") or stuck[row.name or ""]
    ]


def _stuck(session: Session, now: datetime) -> Counter[str]:
    """By the name of the workshop that a seat was given for last; what is being cleaned is not stuck."""
    seats = reconcile.read(session, now).seats
    stuck = [seat.id for seat in seats if seat.assigned and seat.customer is None and not seat.settling]
    last = select(func.max(Customer.id)).where(Customer.student_id.in_(stuck)).group_by(Customer.student_id)
    return Counter(name or "" for name in session.scalars(select(Customer.session_name).where(Customer.id.in_(last))))


def _registrations(session: Session, now: datetime) -> list[dict[str, Any]]:
    """By day in UTC, the oldest first, today last."""
    day = cast(func.timezone("UTC", Customer.created_at), Date)
    today = now.astimezone(timezone.utc).date()
    first = today - timedelta(days=DAYS - 1)
    counted = session.execute(select(day, func.count()).where(day >= first).group_by(day))
    found = {when: count for when, count in counted}  # noqa: C416 - a Row is no pair to mypy
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return [{"day": each.isoformat(), "count": found.get(each, 0)} for each in days]


def _outbox(session: Session, now: datetime) -> dict[str, Any]:
    waiting = select(func.count(), func.min(OUTBOX.c.created)).where(OUTBOX.c.sent.is_(None))
    count, oldest = session.execute(waiting).one()
    given_up = select(func.count()).where(OUTBOX.c.sent > now - RECENT, OUTBOX.c.error.is_not(None))
    return {"waiting": count, "givenUp": session.scalar(given_up) or 0, "oldest": shown(oldest)}


def read_drift(path: Path) -> dict[str, Any] | None:
    """``None`` where nobody has looked for drift, and for a file that is none; the log says why."""
    try:
        return Drift.model_validate(json.loads(path.read_bytes())).model_dump(mode="json")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, ValidationError) as error:
        log.warning("%s is no report of `wod drift`: %s", path, str(error).splitlines()[0])
        return None
