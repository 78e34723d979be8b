"""Signed orders: only the holder of WODMAILKEY can write one, for one backend, and it can be used once.

The signature is an HMAC-SHA256 over a JSON list, which no field can break out of:
``["wod-order-v1", verb, students, customer, email, workshop, backend, time, nonce]``, all of them strings, ASCII,
without spaces. It travels in three headers; ``docs/topics/engine.md`` shows a whole mail.

While a new WODMAILKEY takes the place of another one, not all hosts have it yet. So an order is signed twice then: with
the old key where everybody looks, and with the new one in a header of its own. One that fits is enough.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

from wod.engine.grammar import CUSTOMERS, Order, fault

TIME, NONCE, SIGNATURE = "X-WoD-Time", "X-WoD-Nonce", "X-WoD-Signature"
HEADERS = (TIME, NONCE, SIGNATURE)
NEWER = "X-WoD-Signature-New"
"""By the new key, beside :data:`SIGNATURE` by the one before it."""
FUTURE = 300
"""Seconds by which the sender's clock may be ahead."""
PATTERNS = {
    TIME: re.compile(r"[1-9][0-9]{0,11}"),
    NONCE: re.compile(r"[0-9a-f]{32,64}"),
    SIGNATURE: re.compile(r"v1=[0-9a-f]{64}"),
    NEWER: re.compile(r"v1=[0-9a-f]{64}"),
}


@dataclass(frozen=True)
class Stamp:
    """The headers, each in its form. ``time`` is in seconds since 1970; ``newer`` is empty unless signed twice."""

    time: int
    nonce: str
    signature: str
    newer: str = ""


def stamp(headers: Mapping[str, str]) -> Stamp:
    """:class:`ValueError`, with the reason, unless the first three are there, and all that are well-formed."""
    for name in (*HEADERS, NEWER) if NEWER in headers else HEADERS:
        if not PATTERNS[name].fullmatch(headers.get(name, "")):
            raise ValueError(f"{name} is {'malformed' if name in headers else 'missing'}")
    return Stamp(int(headers[TIME]), headers[NONCE], headers[SIGNATURE], headers.get(NEWER, ""))


def _signature(order: Order, backend: str, moment: int, nonce: str, key: str) -> str:
    if not key:
        raise ValueError("WODMAILKEY is empty")
    fields = [order.verb, order.students, order.customer, order.email, order.workshop, backend.lower(), moment, nonce]
    text = json.dumps(["wod-order-v1", *map(str, fields)], separators=(",", ":"))
    return "v1=" + hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def sign(
    order: Order, backend: str, key: str, now: float | None = None, nonce: str | None = None, before: str = ""
) -> dict[str, str]:
    """The headers for ``order`` to ``backend`` (its WODBEEXTFQDN). The same nonce again is a resend, no new order.

    ``before`` is the key that backends have which were not given ``key`` yet.
    """
    moment, nonce = int(time.time() if now is None else now), nonce or secrets.token_hex(16)
    made = [_signature(order, backend, moment, nonce, each) for each in (before, key) if each or each is key]
    return {TIME: str(moment), NONCE: nonce, **dict(zip((SIGNATURE, NEWER), made, strict=False))}


def refusal(
    order: Order, given: Stamp, backend: str, key: str, window: int, now: float, before: str = ""
) -> str | None:
    """Why the signature does not count, or None. ``window`` is in hours; ``before`` is another key that is good."""
    keys = (key, before) if before else (key,)
    right = [_signature(order, backend, given.time, given.nonce, each) for each in keys]
    if not any(hmac.compare_digest(shown, each) for shown in (given.signature, given.newer) for each in right):
        return "the signature does not fit this order and this backend"
    if given.time > now + FUTURE:
        return "the signature is from the future; compare the clocks of the API's host and this one"
    if given.time < now - window * 3600:
        return f"the signature is older than {window} hours"
    return None


def compose(
    order: Order,
    backend: str,
    key: str,
    sender: str = "wodadmin@localhost",
    recipient: str = "",
    now: float | None = None,
    nonce: str | None = None,
    before: str = "",
) -> bytes:
    """A whole signed mail (RFC 5322, lines end in LF); :class:`ValueError` for an order that no backend would take."""
    if reason := fault(order, 1, CUSTOMERS):
        raise ValueError(reason)
    recipient = recipient or f"wodadmin@{backend}"
    if not all(re.fullmatch(r"[!-~]{1,254}", address) for address in (sender, recipient)):
        raise ValueError("the sender or the recipient is not a mail address")
    moment = time.time() if now is None else now
    signed = sign(order, backend, key, moment, nonce, before)
    headers = {**_envelope(sender, recipient, moment, signed[NONCE]), "Subject": order.subject, **signed}
    return ("".join(f"{name}: {value}\n" for name, value in headers.items()) + f"\n{order.workshop}\n").encode("ascii")


def _envelope(sender: str, recipient: str, moment: float, nonce: str) -> dict[str, str]:
    from email.utils import formatdate  # slow to import, and receiving does without

    return {
        "From": sender,
        "To": recipient,
        "Date": formatdate(int(moment)),
        "Message-ID": f"<{nonce}@{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }
