"""What an order may hold: the fields of the mails between API and backend (contract section 7), and their limits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wod.engine.request import VERBS, Request, Verb

NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
"""Plain decimal: no sign, no leading zero, ASCII digits only; long enough for every id of the database."""
WORKSHOP = re.compile(r"(?:WKSHP|CHLG)-[A-Za-z0-9._-]{1,100}")
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}")
"""What browsers take for an address: no quotes, no space, nothing outside ASCII."""
IDENTITY = re.compile(r"[0-9]{8}T[0-9]{6}\.[0-9]{6}-[0-9a-f]{6}")
"""A request's id: time of arrival in UTC, then six random digits. It is also a file name."""
CUSTOMERS = 2**31
UNKNOWN = "[object Promise]"
"""What the original API writes for the student in RESET and PURGE (contract section 17)."""


@dataclass(frozen=True)
class Order:
    """What is asked for. ``first`` and ``last`` are local student numbers, both 0 when the customer's is meant."""

    verb: Verb
    first: int
    last: int
    customer: int
    email: str = ""
    workshop: str = ""

    @property
    def students(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first},{self.last}"

    @property
    def subject(self) -> str:
        students = self.students if self.first else UNKNOWN
        return f"{self.verb} {students} {self.customer} {self.email}".rstrip()


def fault(order: Order | Request, first: int, last: int) -> str | None:
    """Why the order cannot be taken, or None; ``first`` to ``last`` are this backend's students."""
    if order.verb not in VERBS:
        return "the verb is not one of " + ", ".join(VERBS)
    if not 0 <= order.customer < CUSTOMERS:
        return "the customer's number is too large"
    return _student_fault(order, first, last) or _text_fault(order)


def _student_fault(order: Order | Request, first: int, last: int) -> str | None:
    if order.first == order.last == 0:
        known = order.verb in ("RESET", "PURGE") and order.customer > 0
        return None if known else "the student is missing and cannot be looked up"
    if order.first > order.last:
        return f"the range {order.first},{order.last} ends before it begins"
    if order.first != order.last and order.verb != "RESET":
        return f"{order.verb} takes one student, not a range"
    if order.first < first or order.last > last:
        return f"student {order.first} to {order.last} is outside this backend's {first} to {last}"
    return None


def _text_fault(order: Order | Request) -> str | None:
    if order.email and order.verb != "CREATE":
        return f"{order.verb} takes no mail address"
    if order.verb == "CREATE" and order.customer and not order.email:
        return "CREATE needs the customer's mail address"
    if order.email and not EMAIL.fullmatch(order.email):
        return "the customer's mail address is malformed"
    if not WORKSHOP.fullmatch(order.workshop) and (order.workshop or order.verb != "PURGE"):
        return "the body's first line is not the name of a workshop such as WKSHP-API101"
    return None
