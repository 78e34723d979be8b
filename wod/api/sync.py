"""From the content repositories and the inventory to the database: a plan to print, then the plan done.

What people made is never lost: registrations, and students and workshops that have some, stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from wod.api import roster
from wod.api.badges import BADGES
from wod.api.catalogue import columns, doubled, left, numbers, placed, places, taken
from wod.api.changes import Change, apply, fits, lock_syncs
from wod.api.database import catalogue, holds_seat
from wod.api.models import Customer, Location, Role, SpecialBadge, Student, User, Workshop

__all__ = ["Change", "apply", "plan"]

ROLES = {1: "user", 2: "moderator", 3: "admin"}

Data = Sequence[Mapping[str, Any]]


def plan(
    session: Session, workshops: Data, locations: Data, seats: int, users: Data, frontend: str = ""
) -> list[Change]:
    """What is to be changed, in order; nothing is.

    ``workshops``: :meth:`wod.workshops.Workshop.as_data` each. ``locations``: ``{name, basestdid, proto, port, first?,
    last?}`` each, with students ``first`` to ``last`` (else 1 to ``seats``); the first one gets new workshops.
    ``users``: ``{username, email?, password?, roles?}`` each; others are left alone. ``frontend``: the portal's URL,
    for the badges' pictures. :class:`ValueError` for input that contradicts itself.
    """
    _check(workshops, locations, seats)
    lock_syncs(session)
    spans = [numbers(each, seats) for each in locations]
    return [
        *_locations(session, locations),
        *roster.changes(session, locations, seats),
        *_workshops(session, workshops, [each["name"] for each in locations], spans),
        *_roles(session),
        *_users(session, users),
        *_badges(session, frontend),
    ]


def _check(workshops: Data, locations: Data, seats: int) -> None:
    for key, values in (("directory", workshops), ("name", workshops), ("name", locations)):
        if twice := doubled(each[key] for each in values):
            raise ValueError(f"the {key} {', '.join(twice)} is there twice; a registration could not tell them apart")
    for one, other in pairwise(sorted(locations, key=lambda each: (each["basestdid"], each["name"]))):
        low, high = one["basestdid"], other["basestdid"]
        if high + numbers(other, seats).start < low + numbers(one, seats).stop:
            names = f"{one['name']} and {other['name']}"
            raise ValueError(f"{names} share student ids: basestdid {low} and {high}, too near for their students")


def _locations(session: Session, wanted: Data) -> Iterator[Change]:
    known = {row.name: row for row in session.scalars(select(Location))}
    for each in wanted:
        values = {"basestdid": each["basestdid"], "proto": each["proto"], "port": str(each["port"])}
        yield from _row("location", each["name"], known.get(each["name"]), {"name": each["name"], **values})
    used = set(session.scalars(select(Customer.location).where(holds_seat())))
    used |= set(session.scalars(select(Student.location).join(Customer).where(holds_seat())))
    for name in sorted({name or "" for name in known} - {each["name"] for each in wanted} - used):
        yield Change("remove", "location", name, "not in the inventory, no open registration", known[name].id)


def _workshops(session: Session, wanted: Data, locations: list[str], spans: Sequence[range]) -> Iterator[Change]:
    rows = list(session.scalars(select(Workshop).order_by(Workshop.id)))
    offered = {row.workshop_id: row for row in session.execute(select(catalogue))}
    by_directory = {row.notebook: row for row in reversed(rows)}
    directories = {each["directory"] for each in wanted}
    by_name = {row.name: row for row in reversed(rows) if row.notebook not in directories}  # the directory was renamed
    counts, kept = taken(session), set()
    for each in wanted:
        row = by_directory.get(each["directory"]) or by_name.get(each["name"])
        where = placed(row.location, row.alternate_location, locations) if row else placed(None, None, locations)
        count = places(each, spans)
        yield from _row("workshop", each["directory"], row, {**columns(each), **where}, {"capacity": count})
        kept.add(row and row.id)
        free = left(row, count, counts.get(row.name or "", 0)) if row else count
        yield from _places(each["directory"], row, row and offered.get(row.id), count, free)
    for row in rows:
        if row.id not in kept and (row.active or not offered.get(row.id) or not offered[row.id].retired):
            yield Change("retire", "workshop", row.notebook or str(row.id), "not in the content any more", row.id)


def _places(name: str, row: Workshop | None, offered: Any, count: int, free: int) -> Iterator[Change]:
    same = offered and offered.places == count and not offered.retired
    if not (row and same and row.capacity == free):
        yield Change("set", "places", name, f"{count}, of which {free} are left", values={"places": count})


def _roles(session: Session) -> Iterator[Change]:
    known = {row.id: row for row in session.scalars(select(Role))}
    for number, name in ROLES.items():
        yield from _row("role", name, known.get(number), {"name": name}, {"id": number})


def _badges(session: Session, frontend: str) -> Iterator[Change]:
    known = {row.id: row for row in session.scalars(select(SpecialBadge))}
    for badge in BADGES:
        yield from _row("badge", badge.name, known.get(badge.id), badge.row(frontend), {"id": badge.id})


def _users(session: Session, wanted: Data) -> Iterator[Change]:
    known = {row.username: row for row in session.scalars(select(User).options(selectinload(User.roles)))}
    for each in wanted:
        row = known.get(each["username"])
        values = {key: each[key] for key in ("username", "email") if key in each}
        values = _different(row, values)
        if each.get("password") and not fits(each["password"], row.password if row else None):
            values["password"] = each["password"]
        if "roles" in each and {role.name for role in row.roles} != set(each["roles"]) if row else "roles" in each:
            values["roles"] = sorted(each["roles"])
        if values:
            detail = ", ".join(sorted(values))
            yield Change("change" if row else "add", "user", each["username"], detail, row.id if row else None, values)


def _row(
    kind: str, name: str, row: Any, wanted: Mapping[str, Any], new: Mapping[str, Any] | None = None
) -> Iterator[Change]:
    """A row that is to have the ``wanted`` attributes; ``new`` are those that only a new one is given."""
    if row is None:
        yield Change("add", kind, name, values={**wanted, **(new or {})})
    elif changed := _different(row, wanted):
        detail = ", ".join(f"{key} {_short(getattr(row, key))} → {_short(value)}" for key, value in changed.items())
        yield Change("change", kind, name, detail, row.id, changed)


def _different(row: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in wanted.items() if row is None or getattr(row, key) != value}


def _short(value: object) -> str:
    """On one line, and not the whole of a description."""
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."
