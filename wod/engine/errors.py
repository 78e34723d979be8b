"""How a step may fail."""

from __future__ import annotations


class TryLater(Exception):
    """What the step needs is away (API, Hub, LDAP) or not yet so far: the request is tried again, with back-off.

    ``after`` is the number of seconds to wait at least, where the step knows better than the back-off.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Impossible(Exception):
    """The request cannot succeed, however often it is tried: it goes to the dead letters with this reason."""
