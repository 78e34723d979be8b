"""What participants may do with their own registration, however they show that it is theirs: end it, or extend it."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import HTTPException
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wod.api import database as db
from wod.api.lifecycle.tables import TRACE
from wod.api.lifecycle.trace import note
from wod.api.models import Customer, Workshop
from wod.api.registration import HOURS

UNREGISTERED, EXTENDED = "unregister", "extended"
EXTENDABLE = ("credentials", "expiring")
REFUSED = {"message": "This session cannot be extended"}


def workshop_of(session: Session, customer: Customer) -> Workshop | None:
    """By name, which is what registrations know; the oldest where a name is there twice."""
    named = select(Workshop).where(Workshop.name == customer.session_name)
    return session.scalar(named.order_by(Workshop.id).limit(1))


def end(session: Session, customer: Customer, moment: datetime) -> None:
    """One that is over stays as it is: its seat may be somebody else's by now."""
    if customer.last_email_sent in (*db.CLOSED, UNREGISTERED):
        return
    customer.active, customer.last_email_sent, customer.end_date = False, UNREGISTERED, moment
    _note(session, customer, UNREGISTERED, "", moment)


def extensions_left(session: Session, customer: Customer, allowed: int, moment: datetime) -> int:
    """How often it may be extended from now on; 0 while it does not run."""
    if customer.last_email_sent not in EXTENDABLE or customer.end_date <= moment:
        return 0
    mine = (TRACE.c.customer_id == customer.id, TRACE.c.event == EXTENDED)
    used = session.scalar(select(func.count()).select_from(TRACE).where(*mine)) or 0
    return max(0, allowed - used)


def extend(session: Session, customer: Customer, allowed: int, moment: datetime) -> None:
    """The workshop's duration once more; 403 when it cannot be.

    The state goes back too, so that the end that is now further away is looked at afresh.
    """
    if not extensions_left(session, customer, allowed, moment):
        raise HTTPException(403, REFUSED)
    workshop = workshop_of(session, customer)
    hours = (workshop.duration if workshop else None) or HOURS
    customer.end_date += timedelta(hours=hours)
    customer.last_email_sent = "credentials"
    _note(session, customer, EXTENDED, f"{hours} hours", moment)


def _note(session: Session, customer: Customer, event: str, detail: str, moment: datetime) -> None:
    session.flush()
    session.refresh(customer)
    note(session, customer.id, moment, event, detail)
