"""A key that another one has taken the place of, and the moment until which it is still good.

It is written as one text, ``KEY until 2026-11-30T12:00:00Z``, so that it is kept, given and forgotten as one secret.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone

from wod.errors import BadInput
from wod.secrets import Secret
from wod.settings import Settings

KEPT = ("WODMAILKEY", "WODAPITOKENKEY")
"""The secrets whose value of before is good for a while; it is kept as the setting ``<NAME>BEFORE``."""
_FORM = re.compile(r"(?P<key>.+) until (?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)", re.DOTALL)
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Previous:
    """``until`` is in seconds since 1970. Without a key there is none."""

    key: str = field(default="", repr=False)
    until: float = 0.0


def written(key: str, until: float) -> str:
    """The text that is kept."""
    return f"{key} until {datetime.fromtimestamp(until, timezone.utc).strftime(_MOMENT)}"


def of(settings: Settings, name: str) -> Previous:
    """What the setting ``name`` says, be its time over or not: what a host is given must not change by itself."""
    secret = settings[name]
    if not isinstance(secret, Secret):
        return Previous()
    found = _FORM.fullmatch(secret.reveal())
    if not found:
        place = settings.explain(name)[0].place
        raise BadInput(f"{place}: {name} must be `KEY until MOMENT`, such as 0123abcd until 2026-11-30T12:00:00Z")
    moment = datetime.strptime(found["moment"], _MOMENT).replace(tzinfo=timezone.utc)
    return Previous(found["key"], moment.timestamp())


def current(settings: Settings, name: str) -> str:
    """The key, if it is good now; else nothing."""
    found = of(settings, name)
    return found.key if time.time() < found.until else ""
