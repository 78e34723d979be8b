"""What happened to a registration, for moderators (``GET /api/customers/{id}/trace``); never a password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from wod.api.lifecycle.tables import TRACE


def note(session: Session, customer: int, now: datetime, event: str, detail: str = "") -> None:
    session.execute(insert(TRACE).values(customer_id=customer, moment=now, event=event, detail=detail))


def note_once(session: Session, customer: int, now: datetime, event: str, detail: str = "") -> None:
    """For what is found again with every tick."""
    known = select(TRACE.c.id).where(TRACE.c.customer_id == customer, TRACE.c.event == event).limit(1)
    if session.execute(known).first() is None:
        note(session, customer, now, event, detail)


def lines_of(session: Session, customer: int) -> list[str]:
    """``moment  event  detail`` of a registration, the oldest first."""
    rows = session.execute(
        select(TRACE.c.moment, TRACE.c.event, TRACE.c.detail)
        .where(TRACE.c.customer_id == customer)
        .order_by(TRACE.c.moment, TRACE.c.id)
    )
    return [f"{moment:%Y-%m-%d %H:%M:%S %Z}  {event}  {detail}".rstrip() for moment, event, detail in rows]
