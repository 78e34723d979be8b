"""A mail becomes a request, or is refused with a reason.

The mail comes as postfix hands it to a program: perhaps with a ``From `` line before it, with ``Received`` headers,
lines ending in LF. The original API writes no blank line after the subject; the first line that is no header begins
the body then. Whatever is not understood exactly is refused.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
import time
from dataclasses import dataclass
from typing import cast

from wod.engine import signature
from wod.engine.config import Receiver
from wod.engine.grammar import NUMBER, UNKNOWN, WORKSHOP, Order, fault
from wod.engine.request import VERBS, Request, Verb
from wod.engine.text import one_line

LIMIT = 64 * 1024
"""Bytes; an order has a few hundred."""
FIELD = re.compile(r"([!-9;-~]{1,80}):[ \t]*(.*)", re.DOTALL)
SUBJECT = re.compile(r"([!-~]+) (\[object Promise\]|[!-~]+) ([!-~]+)(?: ([!-~]+))?")
SINGLE = {"subject", *(name.lower() for name in (*signature.HEADERS, signature.NEWER))}


class Refused(Exception):
    """The mail is no order for us, and never will be. The text is one printable line of at most 200 characters."""

    def __init__(self, reason: str) -> None:
        super().__init__(one_line(reason))


@dataclass(frozen=True)
class Accepted:
    """``nonce`` is empty for an unsigned order."""

    request: Request
    nonce: str


def parse(raw: bytes, config: Receiver, client: str, now: float) -> Request:
    """The request in a mail from address ``client``, or :class:`Refused`."""
    return judge(raw, config, client, now).request


def judge(raw: bytes, config: Receiver, client: str, now: float) -> Accepted:
    """As :func:`parse`, with what tells a replay."""
    if len(raw) > LIMIT:
        raise Refused(f"the mail is larger than {LIMIT} bytes")
    headers, line = _split(raw.decode("latin-1"))
    order = _order(headers, line)
    nonce = _authenticate(order, headers, config, client, now)
    if reason := fault(order, config.first, config.last):
        raise Refused(reason)
    fields = (order.verb, order.first, order.last, order.customer, order.email, order.workshop)
    return Accepted(Request(identity(now), *fields, now, one_line(client, 64), bool(nonce)), nonce)


def identity(now: float) -> str:
    """A new id, as :data:`wod.engine.grammar.IDENTITY` says."""
    moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now))
    return f"{moment}.{int(now % 1 * 1_000_000):06d}-{secrets.token_hex(3)}"


def _split(text: str) -> tuple[dict[str, str], str]:
    """The headers that matter, unfolded, by lower-case name, and the body's first line."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    fields: list[tuple[str, list[str]]] = []
    for number, line in enumerate(lines):
        if number == 0 and line.startswith("From "):
            continue
        if not line:
            return _single(fields), "".join(lines[number + 1 : number + 2])
        if line[0] in " \t" and fields:
            fields[-1][1].append(line)
        elif match := FIELD.fullmatch(line):
            fields.append((match[1].lower(), [match[2]]))
        else:
            return _single(fields), line
    return _single(fields), ""


def _single(fields: list[tuple[str, list[str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, parts in fields:
        if name in found:
            raise Refused(f"the header {name} stands there more than once")
        if name in SINGLE:
            found[name] = re.sub(r"[ \t]+", " ", "".join(parts)).strip(" ")
    return found


def _order(headers: dict[str, str], line: str) -> Order:
    if "subject" not in headers:
        raise Refused("the mail has no subject")
    match = SUBJECT.fullmatch(headers["subject"])
    if not match or match[1] not in VERBS:
        raise Refused(f"the subject is not an order: {one_line(headers['subject'], 60)}")
    workshop = line.rstrip(" \t")
    if match[1] == "PURGE" and not WORKSHOP.fullmatch(workshop):
        workshop = ""  # a PURGE is for whatever the student has; the original ignores its body
    first, last = _students(match[2])
    return Order(cast(Verb, match[1]), first, last, _number(match[3], "customer"), match[4] or "", workshop)


def _students(text: str) -> tuple[int, int]:
    if text == UNKNOWN:
        return 0, 0
    if text == "NaN":
        raise Refused("the student is NaN: the API does not know this backend as a location")
    first, comma, last = text.partition(",")
    numbers = _number(first, "student"), _number(last if comma else first, "student")
    if 0 in numbers:
        raise Refused("the student's number is 0")
    return numbers


def _number(text: str, what: str) -> int:
    if not NUMBER.fullmatch(text):
        raise Refused(f"the {what} is not a plain number: {one_line(text, 40)}")
    return int(text)


def _authenticate(order: Order, headers: dict[str, str], config: Receiver, client: str, now: float) -> str:
    """The nonce of a valid signature, or "" for an order that needs none."""
    names = (*signature.HEADERS, signature.NEWER)
    given = {name: headers[name.lower()] for name in names if name.lower() in headers}
    if not given:
        if not trusted(client, config.unsigned_from):
            raise Refused(
                f"the order is not signed, and {one_line(client, 64) or 'local mail'} is not in WODUNSIGNEDFROM"
            )
        return ""
    try:
        stamp = signature.stamp(given)
    except ValueError as error:
        raise Refused(str(error)) from None
    before = config.before if now < config.until else ""
    if reason := signature.refusal(order, stamp, config.backend, config.key, config.window, now, before):
        raise Refused(reason)
    return stamp.nonce


def trusted(client: str, allowed: tuple[str, ...]) -> bool:
    """Whether ``client`` lies in one of the ``allowed`` networks; nothing but an address does."""
    try:
        address = ipaddress.ip_address(client.removeprefix("IPv6:"))
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in networks(allowed))


def networks(texts: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """:class:`ValueError` for what is neither an address nor a network."""
    return [ipaddress.ip_network(text, strict=False) for text in texts]
