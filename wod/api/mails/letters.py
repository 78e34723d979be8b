"""What the mails say of one registration, as JSON: fixed when the mail is decided, whatever changes until it leaves."""

from __future__ import annotations

from typing import Any

from wod.api.badges import Badge
from wod.api.lifecycle.facts import Customer, Seat, Workshop

Facts = dict[str, Any]
"""Names of the templates' variables → texts and numbers. The password and the token leave with the mail."""


def facts(customer: Customer, workshop: Workshop, token: str = "") -> Facts:
    """The participant's own words (name, company) are left out: mail to a stranger must not carry one's message.

    ``token`` is that of the link to the own registration (:mod:`wod.api.links`).
    """
    seat = customer.seat
    return {
        "workshop": workshop.name or customer.session_name,
        "session_type": customer.session_type or "Workshops-on-Demand",
        "duration": workshop.duration,
        "replay_link": workshop.replay_link,
        "replay_id": workshop.replay_id,
        "badge_img": workshop.badge_img,
        "username": seat.username,
        "password": seat.password,
        "hub_url": hub_url(seat),
        "start_url": seat.url,
        "token": token,
    }


def hub_url(seat: Seat) -> str:
    port = f":{seat.port}" if seat.port else ""
    return f"{seat.proto}://{seat.location}{port}/hub/login" if seat.location else ""


def badge(earned: Badge, picture: str) -> Facts:
    """What replaces the workshop's badge; without a ``picture`` the mail goes without."""
    return {"badge": earned.name, "badge_id": earned.id, "finished": earned.workshops, "badge_img": picture}
