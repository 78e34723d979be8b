"""A generator of mails, valid and hostile, each with whether it is an order for us."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.unit.engine.orders import API, BACKEND, KEY, NOW, order, plain, signed
from wod.engine import signature
from wod.engine.grammar import Order
from wod.engine.mail import LIMIT

HOSTILE = [
    "$(touch pwned)", "`touch pwned`", ";touch pwned;", "|touch pwned", "&&touch pwned", "> pwned",
    "1+a[$(touch pwned)]", "../../pwned", "/etc/passwd", "-rf", "--", "*", "~root", "$HOME", "${IFS}",
    "'", '"', "\\", "%00", "%s%n", "{{ 7*7 }}",
    "\x00", "\x1b[2J", "\x7f", "\x85", "\u2028", "\rx", "\v", "\f", "٣", "\uff13", "é", "\U0001f600",
    "NaN", "Infinity", "1e3",
    "0x3", "03", "+3", "-3", "3.0", "3,", ",3", "3,4,5", "[object Object]", "null", "undefined", "9" * 400, "A" * 5000,
]  # fmt: skip
Made = tuple[bytes, str, bool]
"""A mail, the address that sends it, and whether it is an order for us."""


def some_order(rng: random.Random) -> Order:
    verb = rng.choice(["CREATE", "CLEANUP", "RESET", "PURGE"])
    first = rng.randint(1, 20)
    last = rng.randint(first, 20) if verb == "RESET" else first
    return order(
        verb, first=first, last=last, customer=rng.randint(1, 9999), workshop=rng.choice(["WKSHP-a", "CHLG-b.c"])
    )


def nonce(rng: random.Random) -> str:
    return f"{rng.getrandbits(128):032x}"


def valid(rng: random.Random) -> Made:
    return signed(some_order(rng), NOW - rng.randint(-290, 72 * 3600 - 1), nonce(rng)), rng.choice(["", API, "x"]), True


def valid_unsigned(rng: random.Random) -> Made:
    asked = some_order(rng)
    return plain(asked.subject, asked.workshop + "\n"), API, True


def dressed(rng: random.Random) -> Made:
    """With what mail servers add."""
    raw, client, _ = valid(rng)
    before = b"From a@b  Tue Nov 14 22:13:20 2023\nReceived: from x\n\tby y; $(touch pwned)\nX-Spam: \x00\xff\n"
    after = rng.choice([b"", b"\n", b"\x00\xff" * 99, b"x" * 9999, b"Subject: PURGE 1 1\n"])
    return before + raw + after, client, True


def folded(rng: random.Random) -> Made:
    raw, client, _ = valid(rng)
    return raw.replace(b"Subject: ", rng.choice([b"Subject:\n ", b"SUBJECT:\t", b"subject:"])), client, True


def of_windows(rng: random.Random) -> Made:
    raw, client, _ = valid(rng)
    return raw.replace(b"\n", b"\r\n"), client, True


def strange_subject(rng: random.Random) -> Made:
    """A hostile word in place of a word of an unsigned order from a trusted address, or added to it."""
    words = some_order(rng).subject.split(" ")
    place = rng.randrange(len(words) + 1)
    words[place : place + rng.randint(0, 1)] = [rng.choice(HOSTILE).strip(" \t")]
    return plain(" ".join(words)), API, False


def strange_body(rng: random.Random) -> Made:
    asked = order("CLEANUP", student=rng.randint(1, 20))
    line = rng.choice(["", "WKSHP-", "WKSHP-a/../b", "WKSHP-" + "a" * 101]) + rng.choice([*HOSTILE, "\nWKSHP-a"])
    return plain(asked.subject, line.lstrip("-") + "!\n"), API, False


def out_of_range(rng: random.Random) -> Made:
    student = rng.choice([0, 21, 22, 2**31, 2**32 + 3, 10**9])
    verb = rng.choice(["CREATE", "CLEANUP", "PURGE", "RESET"])
    return plain(f"{verb} {student} 5" + (" a@example.org" if verb == "CREATE" else "")), API, False


def tampered(rng: random.Random) -> Made:
    """One character of what is signed is another."""
    raw = signed(order("CREATE", customer=55555), NOW, nonce(rng))
    swaps = [(b"CREATE 3", b"CREATE 4"), (b" 55555 ", b" 55556 "), (b"someone@", b"another@"), (b"WKSHP-", b"CHLG-")]
    old, new = rng.choice([*swaps, (b"X-WoD-Time: 1", b"X-WoD-Time: 2"), (b"v1=", b"v1=0"), (b"v1=", b"v2=")])
    assert raw.count(old) == 1
    return raw.replace(old, new), rng.choice(["", API]), False


def wrongly_signed(rng: random.Random) -> Made:
    asked = some_order(rng)
    backend, key, moment = rng.choice(
        [
            ("be2.example.org", KEY, NOW),
            (BACKEND, KEY + "x", NOW),
            (BACKEND, KEY, NOW - 72 * 3601),
            (BACKEND, KEY, NOW + 301),
        ]
    )
    return signature.compose(asked, backend, key, now=moment), API, False


def doubled(rng: random.Random) -> Made:
    raw = signed(some_order(rng), NOW, nonce(rng))
    name = rng.choice(["Subject", "subject", "X-WoD-Nonce", "X-WOD-TIME", "X-WoD-Signature"])
    extra = f"{name}: {rng.choice(['CREATE 3 5 a@example.org', 'v1=' + '0' * 64, ''])}\n".encode()
    return extra + raw, API, False


def injected(rng: random.Random) -> Made:
    """A second header or order behind a line break in the workshop, as the original API lets through."""
    subject = f"CREATE {rng.randint(1, 20)} 5 a@example.org"
    return (
        plain(subject, rng.choice(["x\nWKSHP-a\n", ".\nMAIL FROM: x\n", "Subject: PURGE 1 1\n\nWKSHP-a\n"])),
        API,
        False,
    )


def stripped(rng: random.Random) -> Made:
    """Without its signature, or a part of it, from an address that needs one."""
    lines = signed(some_order(rng), NOW, nonce(rng)).split(b"\n")
    gone = rng.sample([b"X-WoD-Time", b"X-WoD-Nonce", b"X-WoD-Signature"], rng.randint(1, 3))
    kept = [line for line in lines if not line.startswith(tuple(gone))]
    return b"\n".join(kept), rng.choice(["", "198.51.100.7", "unknown", "$(id)"]), False


def huge(rng: random.Random) -> Made:
    raw = signed(some_order(rng), NOW, nonce(rng))
    return raw + b"x" * (LIMIT + rng.randint(0, 3)), API, False


def noise(rng: random.Random) -> Made:
    return rng.randbytes(rng.randint(0, 400)), API, False


USUAL: list[Callable[[random.Random], Made]] = [
    valid, valid_unsigned, dressed, folded, of_windows, strange_subject, strange_subject, strange_subject, strange_body,
    strange_body, out_of_range, tampered, wrongly_signed, doubled, injected, stripped, noise,
]  # fmt: skip
