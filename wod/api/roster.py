"""The students of the backends: which rows there are to be, with which ids, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from wod.api.catalogue import numbers
from wod.api.changes import Change
from wod.api.database import holds_seat
from wod.api.models import Customer, Student

Data = Sequence[Mapping[str, Any]]


def changes(session: Session, locations: Data, seats: int) -> Iterator[Change]:
    """What is to be done so that each location has its students, with ``id = number + basestdid``."""
    rows = list(session.execute(select(Student.location, Student.username, Student.id, Student.url)))
    known = {(location, username): (number, url) for location, username, number, url in rows}
    wanted = {(each["name"], f"student{n}"): (each, n) for each in locations for n in numbers(each, seats)}
    yield from _removed(session, known, wanted)
    moved = [(known[key][0], each["basestdid"] + n) for key, (each, n) in wanted.items() if key in known]
    moved = [(old, new) for old, new in moved if old != new] + list(_aside(session, known, wanted))
    if moved:
        yield Change("renumber", "students", str(len(moved)), "id = number + basestdid", values={"rows": moved})
    for each in locations:
        mine = [_student(each, n) for n in numbers(each, seats)]
        yield from _at_location("add", each, [row for row in mine if (each["name"], row["username"]) not in known])
        stale = [row for row in mine if known.get((each["name"], row["username"]), ("", row["url"]))[1] != row["url"]]
        yield from _at_location("change", each, stale)


def _removed(session: Session, known: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> Iterator[Change]:
    """Students whose place is gone; those who ever had a registration stay, so that it keeps its student."""
    used = set(session.scalars(select(Customer.student_id)))
    surplus = {key: number for key, (number, _) in known.items() if key not in wanted and number not in used}
    for location in sorted({location or "" for location, _ in surplus}):
        gone = sorted(number for (where, _), number in surplus.items() if (where or "") == location)
        detail = f"{len(gone)} of them, not in the inventory, never used"
        yield Change("remove", "students", location, detail, values={"rows": gone})


def _aside(session: Session, known: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> Iterator[tuple[int, int]]:
    """``(old, new)`` ids of students who stay for their registrations' sake, in the way of those that there are to be.

    :class:`ValueError` where one is still at work: orders find a student by its id.
    """
    ids = {each["basestdid"] + n for each, n in wanted.values()}
    used = set(session.scalars(select(Customer.student_id)))
    at_work = set(session.scalars(select(Customer.student_id).where(holds_seat())))
    behind = max([*ids, *(number for number, _ in known.values())], default=0)
    for (location, username), (number, _) in sorted(known.items(), key=lambda pair: pair[1][0]):
        if (location, username) in wanted or number not in used & ids:
            continue
        if number in at_work:
            raise ValueError(
                f"{username} of {location} is not in the inventory any more, has an open registration, and its id "
                f"{number} belongs to another now; wait for its end, or give the backends other numbers"
            )
        behind += 1
        yield number, behind


def _student(location: Mapping[str, Any], number: int) -> dict[str, Any]:
    name = location["name"]
    url = f"{location['proto']}://{name}:{location['port']}/user/student{number}/lab?"
    return {"id": number + location["basestdid"], "username": f"student{number}", "location": name, "url": url}


def _at_location(verb: str, location: Mapping[str, Any], rows: Data) -> Iterator[Change]:
    if rows:
        detail = f"{rows[0]['username']} to {rows[-1]['username']}, {len(rows)} of them"
        yield Change(verb, "students", location["name"], detail, values={"rows": rows})
