"""Mails and orders that are to leave: put here in the transaction that decides them, sent after it, at least once.

An order keeps its nonce, so that sending it again is the same order (``wod.engine.signature``). Orders for one seat
leave in the order in which they were decided: the next participant's CREATE never overtakes the last one's PURGE.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from wod.api.lifecycle.tables import OUTBOX
from wod.api.models import Customer

Kind = Literal["mail", "order"]
LONGEST = timedelta(hours=1)
"""Between two tries."""
PATIENCE = timedelta(hours=72)
"""After which a row is given up, settled with its error."""
WITHDRAWN = ("welcome", "credentials", "expiring", "CREATE")
"""What must not arrive any more once a session has ended."""


@dataclass(frozen=True)
class Item:
    """``key`` is ``<customer>:<verb or letter>``.

    A mail's payload is ``letter`` and ``facts``; an order's, its fields.
    """

    customer_id: int
    kind: Kind
    recipient: str
    payload: Mapping[str, Any]
    key: str
    created: datetime
    due: datetime


def put(session: Session, item: Item) -> None:
    """The same key again changes nothing."""
    session.execute(insert(OUTBOX).values(**vars(item), tries=0).on_conflict_do_nothing(index_elements=["key"]))


def take(session: Session, now: datetime, held: Collection[str] = ()) -> Row[Any] | None:
    """The first row that may leave now, locked until the transaction ends; None when there is none.

    ``held`` are recipients of orders, or ``mail`` for all mails, to leave alone because their server is away.
    """
    query = select(OUTBOX).where(OUTBOX.c.sent.is_(None), _ready(now), _free(held), ~_behind().exists())
    return session.execute(query.order_by(OUTBOX.c.id).limit(1).with_for_update(skip_locked=True)).first()


def _ready(now: datetime) -> ColumnElement[bool]:
    """What waits for a CLEANUP is ready when that is through, at the latest when it is due."""
    cleaned = select(Customer.id).where(Customer.id == OUTBOX.c.customer_id, Customer.cleaned).exists()
    return or_(OUTBOX.c.due <= now, and_(OUTBOX.c.payload.has_key("later"), OUTBOX.c.tries == 0, cleaned))


def _free(held: Collection[str]) -> ColumnElement[bool]:
    return and_(OUTBOX.c.recipient.not_in(held), OUTBOX.c.kind.not_in(held))


def _behind() -> Select[Any]:
    """An earlier order for the same seat that has not left."""
    earlier = OUTBOX.alias("earlier")
    same = earlier.c.payload["seat"].astext == OUTBOX.c.payload["seat"].astext
    return select(earlier.c.id).where(earlier.c.id < OUTBOX.c.id, earlier.c.sent.is_(None), same)


def settle(session: Session, row: Row[Any], now: datetime, error: str | None = None) -> None:
    """Sent, or given up with an ``error``. A mail's words go, for there may be a password among them."""
    kept = {"letter": row.payload["letter"]} if row.kind == "mail" else row.payload
    values = {"sent": now, "error": error, "payload": kept, "tries": row.tries + 1}
    session.execute(update(OUTBOX).where(OUTBOX.c.id == row.id).values(**values))


def postpone(session: Session, row: Row[Any], now: datetime, error: str, wait: float) -> datetime:
    """To be tried again after ``wait`` seconds, then twice as many, up to an hour; says when."""
    due = now + min(timedelta(seconds=wait * 2 ** min(row.tries, 16)), LONGEST)
    values = {"due": due, "error": error, "tries": row.tries + 1}
    session.execute(update(OUTBOX).where(OUTBOX.c.id == row.id).values(**values))
    return due


def withdraw(session: Session, customer: int) -> list[str]:
    """Removes what has not left; what is leaving this moment is left alone. Returns what it was."""
    names = [f"{customer}:{name}" for name in WITHDRAWN]
    dated = (OUTBOX.c.key.like(f"{customer}:{name}:%") for name in ("expiring", "link"))
    mine = or_(OUTBOX.c.key.in_(names), *dated)
    unsent = select(OUTBOX.c.id).where(OUTBOX.c.customer_id == customer, OUTBOX.c.sent.is_(None), mine)
    query = delete(OUTBOX).where(OUTBOX.c.id.in_(unsent.with_for_update(skip_locked=True)))
    return sorted(session.scalars(query.returning(OUTBOX.c.key)))
