"""What a synchronisation changes: one line to print, and how it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from wod.api.catalogue import left, limits, taken
from wod.api.database import catalogue
from wod.api.models import Base, Customer, Location, Role, SpecialBadge, Student, User, Workshop
from wod.api.security import COST, hashed, matches

_LOCK = 0x776F66
"""Of those who synchronise; see :mod:`wod.api.database` for migrations' one."""

_TABLES: Mapping[str, type[Base]] = {
    "location": Location,
    "workshop": Workshop,
    "role": Role,
    "user": User,
    "badge": SpecialBadge,
}


@dataclass(frozen=True)
class Change:
    """``kind`` and ``verb`` choose what is done, ``row`` is the id of an existing row, ``values`` are never printed."""

    verb: str
    kind: str
    name: str
    detail: str = ""
    row: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.name}" + (f": {self.detail}" if self.detail else "")


def apply(session: Session, changes: list[Change]) -> None:
    """All of them, in order; the caller commits."""
    for change in changes:
        _SPECIAL.get((change.verb, change.kind), _change_row)(session, change)
        session.flush()


def lock_syncs(session: Session) -> None:
    """Until the end of the transaction: a second one is planned when this one is done."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def fits(password: str, stored: str | None) -> bool:
    """Whether ``stored`` is a hash of it, made at our cost or above; the original's are cheaper."""
    return matches(password, stored) and int((stored or "").split("$")[2]) >= COST


def move_serial(session: Session, table: str) -> None:
    """Past the highest id, since rows with ids of their own do not move it."""
    session.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"  # noqa: S608 - the names of our tables
            f" greatest((SELECT max(id) FROM {table}), 1), (SELECT count(*) > 0 FROM {table}))"
        )
    )


def _change_row(session: Session, change: Change) -> None:
    table: Any = _TABLES[change.kind]
    if change.verb == "remove":
        session.execute(delete(table).where(table.id == change.row))
    elif change.verb == "change":
        session.execute(update(table).where(table.id == change.row).values(**change.values))
    else:
        session.execute(insert(table).values(**change.values))
        move_serial(session, table.__tablename__)


def _rename_workshop(session: Session, change: Change) -> None:
    """With its registrations, which know it by its name only."""
    known = session.get_one(Workshop, change.row)
    if "name" in change.values:
        renamed = update(Customer).where(Customer.session_name == known.name)
        session.execute(renamed.values(session_name=change.values["name"]))
    _change_row(session, change)


def _retire(session: Session, change: Change) -> None:
    """What it offered stays as it was, for those who are still registered and for its coming back."""
    session.execute(update(Workshop).where(Workshop.id == change.row).values(active=False))
    offered = limits(session).get(change.row or 0, 0)
    row = upsert(catalogue).values(workshop_id=change.row, places=offered, retired=func.now())
    session.execute(row.on_conflict_do_update(index_elements=["workshop_id"], set_={"retired": func.now()}))


def _set_places(session: Session, change: Change) -> None:
    """And what is left of them, counted while nobody can register: the workshop's row is locked first."""
    query = select(Workshop).where(Workshop.notebook == change.name).order_by(Workshop.id).limit(1)
    workshop = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()
    offered = {"places": change.values["places"], "retired": None}
    row = upsert(catalogue).values(workshop_id=workshop.id, **offered)
    session.execute(row.on_conflict_do_update(index_elements=["workshop_id"], set_=offered))
    workshop.capacity = left(workshop, change.values["places"], taken(session).get(workshop.name or "", 0))


def _add_students(session: Session, change: Change) -> None:
    session.execute(insert(Student), list(change.values["rows"]))
    move_serial(session, "students")


def _change_students(session: Session, change: Change) -> None:
    for row in change.values["rows"]:
        session.execute(update(Student).where(Student.id == row["id"]).values(url=row["url"]))


def _renumber_students(session: Session, change: Change) -> None:
    """By way of numbers that nobody has; registrations follow by their foreign key."""
    for old, new in change.values["rows"]:
        session.execute(update(Student).where(Student.id == old).values(id=-new))
    session.execute(update(Student).where(Student.id < 0).values(id=-Student.id))
    move_serial(session, "students")


def _remove_students(session: Session, change: Change) -> None:
    session.execute(delete(Student).where(Student.id.in_(change.values["rows"])))


def _put_user(session: Session, change: Change) -> None:
    values = dict(change.values)
    user = session.get(User, change.row) if change.row else User()
    assert user is not None
    if "password" in values:
        values["password"] = hashed(values["password"])
    if "roles" in values:
        values["roles"] = list(session.scalars(select(Role).where(Role.name.in_(values["roles"]))))
    for name, value in values.items():
        setattr(user, name, value)
    session.add(user)


_SPECIAL: Mapping[tuple[str, str], Callable[[Session, Change], None]] = {
    ("change", "workshop"): _rename_workshop,
    ("retire", "workshop"): _retire,
    ("set", "places"): _set_places,
    ("add", "students"): _add_students,
    ("change", "students"): _change_students,
    ("renumber", "students"): _renumber_students,
    ("remove", "students"): _remove_students,
    ("add", "user"): _put_user,
    ("change", "user"): _put_user,
}
