"""The link to the own registration, mailed again to a participant who has lost it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from wod.api import links, models, own
from wod.api.config import Api
from wod.api.lifecycle import outbox, reading
from wod.api.lifecycle.tables import TRACE
from wod.api.lifecycle.trace import note
from wod.api.mails import letters
from wod.api.registration import RUNNING

EVENT = "link"
PAUSE = timedelta(minutes=10)
"""Between two such mails for one registration: anybody may ask, so nobody can fill a stranger's mailbox."""


def mail_again(session: Session, email: str, config: Api, now: datetime) -> int:
    """How many mails are to leave: one for each open registration of the address, in lower case."""
    state = models.Customer.last_email_sent
    mine = select(models.Customer).where(
        func.lower(models.Customer.email) == email, or_(state.is_(None), state.in_(RUNNING))
    )
    found = session.scalars(mine.order_by(models.Customer.id).with_for_update()).all()
    due = [row for row in found if not _lately(session, row.id, now)]
    for row in due:
        _put(session, row, config, now)
    return len(due)


def _lately(session: Session, customer: int, now: datetime) -> bool:
    """Exact also for two that ask at once: the registration's row is locked."""
    asked = select(TRACE.c.id).where(TRACE.c.customer_id == customer, TRACE.c.event == EVENT)
    return session.execute(asked.where(TRACE.c.moment > now - PAUSE).limit(1)).first() is not None


def _put(session: Session, row: models.Customer, config: Api, now: datetime) -> None:
    """Without the credentials: they have a mail of their own."""
    customer = reading.customer(session, row, reading.locations(session), closely=False)
    workshop = reading.workshop(session, own.workshop_of(session, row), row)
    known = letters.facts(customer, workshop, links.token(config.token_key, row))
    payload = {"letter": EVENT, "facts": known | {"username": "", "password": ""}}
    key = f"{row.id}:{EVENT}:{now.timestamp():.0f}"
    outbox.put(session, outbox.Item(row.id, "mail", row.email or "", payload, key, now, now))
    note(session, row.id, now, EVENT, "asked for again")
