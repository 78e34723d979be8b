"""What was sent, and what happened, is kept for a while after a registration's end; then it is removed, bit by bit.

A row that has not left is never removed, nor is anything of a registration that has one. The event ``expired`` or
``error`` stays as long as the registration: by it a late unregistering is known to be late.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, Engine, Table, and_, cast, delete, func, literal, select
from sqlalchemy.orm import Session

from wod.api.clock import Clock
from wod.api.config import Api
from wod.api.database import CLOSED, holds_seat
from wod.api.lifecycle.tables import OUTBOX, TRACE
from wod.api.models import Customer

BATCH = 500
"""Rows of each table in one turn: so many are removed in milliseconds."""


def prune(engine: Engine, config: Api, clock: Clock) -> int:
    """How many rows were removed. Several services at once pass over each other's."""
    if config.keep <= 0:
        return 0
    before = clock() - timedelta(days=config.keep)
    with Session(engine) as session, session.begin():
        return _remove(session, OUTBOX, _sent(before)) + _remove(session, TRACE, _noted(before))


def _sent(before: datetime) -> ColumnElement[bool]:
    return and_(OUTBOX.c.sent < before, ~_needed(OUTBOX, before))


def _noted(before: datetime) -> ColumnElement[bool]:
    there = select(Customer.id).where(Customer.id == TRACE.c.customer_id).exists()
    marks_the_end = and_(TRACE.c.event.in_(CLOSED), there)
    return and_(TRACE.c.moment < before, ~_needed(TRACE, before), ~marks_the_end)


def _needed(table: Table, before: datetime) -> ColumnElement[bool]:
    """The row's registration is open, ended lately, or has something that is still to leave."""
    waiting = OUTBOX.alias("waiting")
    unsent = select(waiting.c.id).where(waiting.c.customer_id == table.c.customer_id, waiting.c.sent.is_(None))
    lately = func.greatest(Customer.end_date, Customer.updated_at) >= cast(literal(before), DateTime(timezone=True))
    running = select(Customer.id).where(Customer.id == table.c.customer_id, holds_seat() | lately)
    return unsent.exists() | running.exists()


def _remove(session: Session, table: Table, wanted: ColumnElement[bool]) -> int:
    chosen = select(table.c.id).where(wanted).order_by(table.c.id).limit(BATCH)
    unlocked = chosen.with_for_update(skip_locked=True, of=table)
    return len(session.scalars(delete(table).where(table.c.id.in_(unlocked)).returning(table.c.id)).all())
