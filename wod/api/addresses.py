"""Which mail addresses are turned away, as the original does it: without a word (contract section 3.3, check 1)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from disposable_email_domains import blocklist

EMAIL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._%+'-]*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
"""Narrower than the standard on purpose: the address stands in orders that a stock backend's shell script splits."""
LONGEST = 254
MACHINE_MADE = re.compile(r"[0-9]+\.[0-9]+@|mailstop/")


def refused(email: str, denied: Iterable[str], disposable: bool = True) -> bool:
    """For an address in lower case. ``denied`` are parts of addresses; ``disposable`` looks for throw-away domains."""
    if len(email) > LONGEST or not EMAIL.fullmatch(email):
        return True
    made = "@gmail" in email and MACHINE_MADE.search(email)
    return bool(made or _listed(email, denied) or (disposable and throw_away(email)))


def throw_away(email: str) -> bool:
    """Whether the domain, or one that it is below, is known for mailboxes that anybody opens for some minutes."""
    labels = email.rpartition("@")[2].split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def _listed(email: str, denied: Iterable[str]) -> bool:
    return any(part.strip().lower() in email for part in denied if part.strip())
