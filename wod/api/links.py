"""The link by which a participant gets at the own registration: ``<portal>/my/#<token>``.

The token stands behind the ``#``, which no browser sends, so that no server logs it; the portal hands it to the API in
a header. It is the registration's id and an HMAC-SHA256 over what makes the row this one: its id, when it was made,
whose it is. An id given a second time, in a restored database, or an address put right, has another token.
"""

from __future__ import annotations

import base64
import hmac
import re
from datetime import datetime, timezone

from wod.api.config import Api
from wod.api.models import Customer
from wod.api.schemas import LARGEST

HEADER = "x-registration"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{48}")
_ID = 4
"""Bytes of the id; with the 32 of the HMAC they are 48 characters, and none for padding."""
_PURPOSE = b"wod: a participant's own registration"
"""What the key is used for here: nothing that it signs elsewhere is ever taken for one of these."""


def token(key: str, customer: Customer) -> str:
    """``key`` is the site's ``token_key``, or the one before it."""
    return base64.urlsafe_b64encode(customer.id.to_bytes(_ID, "big") + _proof(key, customer)).decode()


def named(given: str) -> int | None:
    """The id of the registration that a token is for, which proves nothing yet; None for what is no token."""
    if not _TOKEN.fullmatch(given):
        return None
    number = int.from_bytes(base64.urlsafe_b64decode(given)[:_ID], "big")
    return number if 0 < number <= LARGEST else None


def proves(key: str, customer: Customer | None, given: str) -> bool:
    """Whether ``given`` is the token of ``customer``; as slowly for a registration that is not there."""
    right = token(key, customer or Customer(id=1))
    return hmac.compare_digest(right.encode(), given.encode()) and customer is not None


def keys(config: Api, now: float) -> tuple[str, ...]:
    """Those whose links are good now: a new key makes links void only after a while."""
    old = config.token_key_before
    return (config.token_key, old) if old and now < config.token_key_until else (config.token_key,)


def page(frontend: str, given: str) -> str:
    """The link, empty without a token."""
    return f"{frontend.rstrip('/')}/my/#{given}" if given else ""


def _proof(key: str, customer: Customer) -> bytes:
    made = _moment(customer.created_at)
    words = "\0".join((str(customer.id), made, (customer.email or "").lower()))
    return hmac.digest(hmac.digest(key.encode(), _PURPOSE, "sha256"), words.encode(), "sha256")


def _moment(made: datetime | None) -> str:
    return made.astimezone(timezone.utc).isoformat(timespec="microseconds") if made else ""
