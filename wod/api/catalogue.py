"""The catalogue: from a workshop of the content repositories to its row, and how many of its places are left.

A place is what the author offers (``capacity`` in ``wod.yml``, never more than there are seats); ``workshops.capacity``
in the database is what is left of it. The first is kept in ``wod_catalogue``, the second follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from wod.api.database import holds_seat
from wod.api.lifecycle.facts import RANGED
from wod.api.models import Customer, Workshop

SESSION_TYPE = "Workshops-on-Demand"
SHORT = 255
"""Characters that the original's varchar columns take."""

_SAME = (
    *("name", "description", "presenter", "role", "avatar", "active", "priority", "duration"),
    *("reset", "ldap", "varpass", "monoappliance", "multiappliance", "beta"),
)
_RENAMED = {
    "workshopImg": "workshop_img",
    "badgeImg": "badge_img",
    "replayLink": "replay_link",
    "replayId": "replay_id",
}
_LONG = ("description", "replay_link")

_LEFT = """
    SELECT w.id, count(DISTINCT s.id) AS seats, c.places FROM workshops w
    LEFT JOIN {catalogue} c ON c.workshop_id = w.id
    LEFT JOIN locations l ON l.name = w.location OR (c.places IS NOT NULL AND l.name = ANY (w."alternateLocation"))
    LEFT JOIN students s ON s.location = l.name
        AND s.id BETWEEN l.basestdid + w.range[1] AND l.basestdid + w.range[2]
    GROUP BY w.id, c.places
"""
_NO_CATALOGUE = "(SELECT NULL::integer AS workshop_id, NULL::integer AS places)"


def columns(workshop: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of :class:`wod.api.models.Workshop` that the content repository decides.

    ``workshop`` is :meth:`wod.workshops.Workshop.as_data`. What it does not say is not touched. :class:`ValueError` for
    a text that does not fit.
    """
    found = {key: workshop[key] for key in _SAME if key in workshop}
    found |= {ours: workshop[key] for key, ours in _RENAMED.items() if key in workshop}
    found |= {"notebook": workshop["directory"], "session_type": SESSION_TYPE}
    if "range" in workshop:
        found["range"] = list(workshop["range"]) if workshop["range"] else None
    if "category" in workshop:
        found["category"] = list(workshop["category"])
    if "compile" in workshop:
        found["compile"] = ",".join(workshop["compile"]) or "false"  # as the original stores "nothing"
    _check_lengths(workshop["directory"], found)
    return found


def placed(current: str | None, alternates: Sequence[str] | None, locations: Sequence[str]) -> dict[str, Any]:
    """A workshop's ``location`` and ``alternate_location``: where it is if that still exists, else the first.

    The order of the alternates is kept, in case somebody chose it; new backends come last.
    """
    first = current if current in locations else next(iter(locations), None)
    kept = [name for name in alternates or () if name in locations and name != first]
    further = [name for name in locations if name != first and name not in kept]
    return {"location": first, "alternate_location": kept + further}


def numbers(location: Mapping[str, Any], seats: int) -> range:
    """The students of a location: its ``first`` to its ``last``, 1 to ``seats`` where it does not say."""
    return range(location.get("first", 1), location.get("last", seats) + 1)


def places(workshop: Mapping[str, Any], spans: Iterable[range]) -> int:
    """What the author offers, at most as many as there are seats: the range's students on each of the locations."""
    if not workshop.get("range"):
        return 0
    low, high = workshop["range"]
    there = sum(max(0, min(high + 1, span.stop) - max(low, span.start)) for span in spans)
    return min(workshop.get("capacity", there), there)


def left(workshop: Workshop, limit: int, held: int) -> int:
    """What ``capacity`` is to be, with ``held`` registrations open of at most ``limit``.

    The workshops that are reset as a whole get their places back all at once, by that RESET: until then they have
    less than that (contract section 4).
    """
    free = max(0, limit - held)
    whole = workshop.reset and workshop.notebook in RANGED
    return min(free, max(0, workshop.capacity or 0)) if whole else free


def taken(session: Session) -> dict[str, int]:
    """How many open registrations each workshop has, by its name."""
    query = select(Customer.session_name, func.count()).where(holds_seat()).group_by(Customer.session_name)
    return {name: count for name, count in session.execute(query) if name}


def limits(session: Session) -> dict[int, int]:
    """How many may be registered at once, by workshop id.

    Before the first ``sync`` nobody knows what the author offers; then it is the seats of the range at the workshop's
    own location, as the original meant it.
    """
    known = session.scalar(text("SELECT to_regclass('wod_catalogue')")) is not None
    query = _LEFT.format(catalogue="wod_catalogue" if known else _NO_CATALOGUE)
    rows = session.execute(text(query))
    return {id_: seats if offered is None else min(offered, seats) for id_, seats, offered in rows}


def doubled(values: Iterable[str]) -> list[str]:
    """Those that occur more than once, sorted."""
    seen = list(values)
    return sorted({each for each in seen if seen.count(each) > 1})


def _check_lengths(name: str, values: Mapping[str, Any]) -> None:
    long = [key for key, value in values.items() if isinstance(value, str) and len(value) > SHORT and key not in _LONG]
    if long:
        raise ValueError(f"{name}: {', '.join(long)}: at most {SHORT} characters; shorten it in wod.yml")
