"""What the life cycle knows of one registration when it decides: plain, frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

RANGED = ("WKSHP-OneView", "WKSHP-OneView-Advanced")
"""Workshops on one shared appliance: reset all at once, when everybody has been there (contract section 4)."""


@dataclass(frozen=True)
class Seat:
    """``id`` is the database's, ``local`` the N of studentN on the backend ``location``; ``port`` is a text.

    ``local`` is None, and ``fault`` says why, when no order can be given for the seat.
    """

    id: int | None
    local: int | None
    location: str = ""
    proto: str = "http"
    port: str = ""
    username: str = ""
    password: str = ""
    url: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Customer:
    """``state`` is ``lastEmailSent``, empty for a new one.

    ``ended`` is true for one whose end has been carried out before, however its state was set since then.
    """

    id: int
    email: str
    state: str
    active: bool
    start: datetime
    end: datetime
    seat: Seat
    notebook: str = ""
    session_name: str = ""
    session_type: str = ""
    ended: bool = False


@dataclass(frozen=True)
class Workshop:
    """``range`` holds local student numbers, inclusive. ``others`` counts the workshop's other live registrations."""

    notebook: str
    name: str = ""
    reset: bool = False
    duration: int = 4
    capacity: int = 0
    range: tuple[int, int] | None = None
    others: int = 0
    replay_link: str = ""
    replay_id: int | None = None
    badge_img: str = ""

    @property
    def ranged(self) -> bool:
        return self.reset and self.notebook in RANGED and self.range is not None

    @property
    def length(self) -> timedelta:
        return timedelta(hours=self.duration)
