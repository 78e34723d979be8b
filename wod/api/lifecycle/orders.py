"""Orders to backends: from a decision to a row of the outbox, and from there to a signed mail."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from wod.api.config import Api
from wod.api.lifecycle import outbox
from wod.api.lifecycle.decisions import Give
from wod.api.lifecycle.facts import Customer, Workshop
from wod.engine.grammar import CUSTOMERS, WORKSHOP, Order, fault
from wod.engine.send import NotSent, send
from wod.engine.signature import compose

CLEANED_WITHIN = timedelta(minutes=15)
"""How long RESET and PURGE wait for the customer's CLEANUP, as backends do themselves."""
TIMEOUT = 10.0
"""Seconds; a backend that is away must not hold the others' orders up."""


def order(give: Give, customer: Customer, workshop: Workshop) -> Order:
    """:class:`ValueError`, with the reason, when no backend would take it."""
    seat = customer.seat
    if seat.local is None:
        raise ValueError(seat.fault)
    first, last = workshop.range if give.whole and workshop.range else (seat.local, seat.local)
    notebook = workshop.notebook
    if give.verb == "PURGE" and not WORKSHOP.fullmatch(notebook):
        notebook = ""  # it is not looked at, and a seat must not be lost to a name
    made = Order(give.verb, first, last, customer.id, customer.email if give.verb == "CREATE" else "", notebook)
    if reason := fault(made, 1, CUSTOMERS):
        raise ValueError(reason)
    return made


def put(session: Session, give: Give, customer: Customer, workshop: Workshop, config: Api, now: datetime) -> str:
    """Queues the order and returns its subject; :class:`ValueError` as :func:`order`."""
    made = order(give, customer, workshop)
    fields = {"verb": made.verb, "first": made.first, "last": made.last, "customer": made.customer}
    payload: dict[str, Any] = {**fields, "email": made.email, "workshop": made.workshop, "seat": customer.seat.id}
    payload |= {"backend": customer.seat.location, "nonce": secrets.token_hex(16)}
    payload |= {"later": "cleaned"} if give.later else {}
    due = now + CLEANED_WITHIN if give.later else now
    recipient = f"{config.mail_user}@{customer.seat.location}"
    outbox.put(session, outbox.Item(customer.id, "order", recipient, payload, f"{customer.id}:{give.verb}", now, due))
    return made.subject


def deliver(row: Row[Any], config: Api, now: datetime) -> None:
    """Returns when the backend's server has taken it; :class:`NotSent` otherwise.

    The signature's time is of this moment, so that it counts however long the backend was away; its nonce is the row's.
    """
    given = row.payload
    names = ("verb", "first", "last", "customer", "email", "workshop")
    try:
        made, sender = Order(**{name: given[name] for name in names}), config.mail.sender
        when = now.timestamp()
        before = config.mail_key_before if when < config.mail_key_until else ""
        raw = compose(made, given["backend"], config.mail_key, sender, row.recipient, when, given["nonce"], before)
    except ValueError as error:
        raise NotSent(str(error), final=True) from None
    send(raw, given["backend"], config.mail_port, sender, row.recipient, TIMEOUT)
