"""Looks at all registrations, and carries each one on that is due, in a transaction of its own."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from wod.api.clock import Clock
from wod.api.config import Api
from wod.api.lifecycle import reading
from wod.api.lifecycle.changes import Changes
from wod.api.lifecycle.decisions import decide
from wod.api.lifecycle.dispatch import say
from wod.engine.text import one_line


def advance(engine: Engine, config: Api, clock: Clock) -> int:
    """How many were carried on. Whoever waits costs no transaction; one that cannot be carried on stops no other."""
    return sum(_tried(engine, config, clock, customer) for customer in due(engine, config, clock))


def _tried(engine: Engine, config: Api, clock: Clock, customer: int) -> bool:
    try:
        return _step(engine, config, clock, customer)
    except OperationalError:
        raise  # the database is away
    except Exception as error:  # nothing of this one was changed; the next turn tries again
        say(one_line(f"lifecycle: customer {customer}: {type(error).__name__}: {error}", 400))
        return False


def due(engine: Engine, config: Api, clock: Clock) -> list[int]:
    """A look without locks; whatever it says is decided again under them."""
    with Session(engine) as session:
        places, courses, now = reading.locations(session), reading.workshops(session), clock()
        found = []
        for row in reading.waiting(session):
            course = courses.get(row.session_name or "")
            customer = reading.customer(session, row, places, closely=False)
            if decide(customer, reading.workshop(session, course, row), config.timing, now):
                found.append(row.id)
        return found


def _step(engine: Engine, config: Api, clock: Clock, identity: int) -> bool:
    with Session(engine) as session, session.begin():
        row = reading.locked(session, identity)
        if row is None:
            return False
        course = reading.workshop_row(session, row.session_name)
        customer = reading.customer(session, row, reading.locations(session))
        workshop, now = reading.workshop(session, course, row), clock()
        actions = decide(customer, workshop, config.timing, now)
        Changes(session, row, course, config, now).apply(actions, customer, workshop)
        return bool(actions)
