"""Steps that tell the API, in the words that backends have always used: all values are strings."""

from __future__ import annotations

import time

from wod.engine.actions.order import Order
from wod.engine.actions.seats import NOT_NEEDED
from wod.engine.api import Refused
from wod.engine.errors import TryLater

CLEANED_WITHIN = 15 * 60
"""Seconds that RESET and PURGE wait for the CLEANUP of the same customer, and then go on."""
POLL = 5
TEST = "no customer: a test"


def student(order: Order, number: int, **fields: str) -> str:
    order.tools.api.update("student", order.seat(number), fields)
    return ", ".join(sorted(fields))


def customer(order: Order, **fields: str) -> str:
    if order.request.customer == 0:
        return TEST
    order.tools.api.update("customer", order.request.customer, fields)
    return ", ".join(f"{name} {value}" for name, value in sorted(fields.items()))


def known_customer(order: Order, **fields: str) -> str:
    """For one that an administrator may have deleted meanwhile: nobody is left who would miss the news."""
    try:
        return customer(order, **fields)
    except Refused:
        if order.tools.api.customer(order.request.customer) is not None:
            raise
        return f"customer {order.request.customer} is gone"


def completed(order: Order) -> str:
    return known_customer(order, completionPercentage=order.memory.recall("completion") or "0")


def give_back(order: Order, number: int) -> str:
    """The seat is free, unless a RESET has to come first."""
    return student(order, number, assigned="true" if order.workshop().reset else "false")


def deactivate(order: Order) -> str:
    return known_customer(order, active="false") if order.workshop().reset else NOT_NEEDED


def wait_cleaned(order: Order) -> str:
    """Until the API says that CLEANUP is through; :class:`TryLater` leaves the worker to other orders meanwhile."""
    if order.request.customer == 0:
        return TEST
    since = float(order.memory.recall("waiting") or "0")
    if not since:
        since = time.time()
        order.memory.remember("waiting", str(since))
    row = order.tools.api.customer(order.request.customer)
    if row is None:
        return f"customer {order.request.customer} is gone"
    if str(row.get("cleaned")).lower() == "true":
        return "cleaned"
    if time.time() - since < CLEANED_WITHIN:
        raise TryLater(f"customer {order.request.customer} is not cleaned up yet", after=POLL)
    return "not cleaned in 15 minutes, going on"


def capacity(order: Order) -> str:
    """A RESET of a range opens all of its seats again."""
    request, workshop = order.request, order.workshop()
    if len(request.students) < 2 or workshop.id is None:
        return NOT_NEEDED
    order.tools.api.update("workshop", workshop.id, {"capacity": str(len(request.students))})
    return f"capacity {len(request.students)}"
