"""What is to be done for a registration now: the table of contract section 4 without its faults. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from wod.api.config import Timing
from wod.api.lifecycle.facts import Customer, Workshop
from wod.engine.request import Verb

Letter = Literal["welcome", "credentials", "expiring", "expired", "issue", "badge"]


@dataclass(frozen=True)
class Become:
    """The new ``lastEmailSent``; a ``length`` restarts the clock, ``active`` is left alone when None."""

    state: str
    active: bool | None = None
    length: timedelta | None = None


@dataclass(frozen=True)
class Write:
    """A mail to the participant."""

    letter: Letter


@dataclass(frozen=True)
class Give:
    """An order for the customer's seat, or for the workshop's ``whole`` range; ``later``: once CLEANUP is through."""

    verb: Verb
    later: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Withdraw:
    """What has not left yet is not sent any more: it would come after the end."""


@dataclass(frozen=True)
class Reopen:
    """One more place in the workshop."""


@dataclass(frozen=True)
class Award:
    """See whether the participant has earned a badge."""


@dataclass(frozen=True)
class Note:
    """For the trace, once per customer."""

    event: str
    detail: str


Action = Become | Write | Give | Withdraw | Reopen | Award | Note


def decide(customer: Customer, workshop: Workshop, timing: Timing, now: datetime) -> list[Action]:
    """In the order in which they are to be done; nothing for a registration that waits or has ended."""
    if customer.state == "":
        return _registered(customer, workshop, timing, now)
    if customer.state == "welcome":
        return _welcomed(customer, workshop, timing, now)
    if customer.state in ("credentials", "expiring"):
        return _running(customer, workshop, timing, now)
    if customer.state == "unregister":
        return _unregistered(customer, workshop)
    return []


def _registered(customer: Customer, workshop: Workshop, timing: Timing, now: datetime) -> list[Action]:
    """The clock restarts here, lest one who registered while we were down be taken for stuck at once."""
    if customer.seat.local is not None:
        return [Become("welcome", length=workshop.length), Write("welcome"), Give("CREATE")]
    if _stuck(customer, timing, now):
        return _issue(workshop)
    return [Note("unplaced", customer.seat.fault)]


def _welcomed(customer: Customer, workshop: Workshop, timing: Timing, now: datetime) -> list[Action]:
    """A late success is a success: whether it is ready is asked before how long it took."""
    if customer.active:
        return [Become("credentials", length=workshop.length), Write("credentials")]
    return _issue(workshop) if _stuck(customer, timing, now) else []


def _running(customer: Customer, workshop: Workshop, timing: Timing, now: datetime) -> list[Action]:
    left = customer.end - now
    warned = customer.state == "expiring"
    if left <= timedelta(0):
        return _expired(workshop)
    if left <= timedelta(seconds=timing.warning) and not warned:
        return [Become("expiring"), Write("expiring")]
    if left > timedelta(seconds=timing.warning) and warned:
        return [Become("credentials"), Note(f"extended to {customer.end:%Y-%m-%d %H:%M}", "will be warned again")]
    return []


def _unregistered(customer: Customer, workshop: Workshop) -> list[Action]:
    """One may be unregistered who had ended; the seat is then someone else's, and the place was given back."""
    if customer.ended:
        return [Become("expired", active=False), Note("unregistered late", "the session had ended before")]
    return _expired(workshop)


def _stuck(customer: Customer, timing: Timing, now: datetime) -> bool:
    return now - customer.start > timedelta(seconds=timing.stuck)


def _issue(workshop: Workshop) -> list[Action]:
    return [*_clean_up("error"), Write("issue"), *_give_back(workshop)]


def _expired(workshop: Workshop) -> list[Action]:
    return [*_clean_up("expired"), Write("expired"), *_give_back(workshop), Award()]


def _clean_up(state: str) -> list[Action]:
    return [Withdraw(), Become(state, active=False), Give("CLEANUP")]


def _give_back(workshop: Workshop) -> list[Action]:
    """A ranged workshop is reset, and opened again, by the last who leaves a full one: that ends all its sessions."""
    if workshop.ranged:
        done = workshop.capacity <= 0 and workshop.others == 0
        return [Give("RESET", later=True, whole=True)] if done else []
    reset: list[Action] = [Give("RESET", later=True)] if workshop.reset else []
    return [*reset, Reopen(), Give("PURGE", later=True)]
