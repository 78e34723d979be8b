"""What the database says against what backends say: each mismatch with its reason, repaired when asked to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from tests.unit.api.databases import opened, rows
from wod.api import database
from wod.api.lifecycle.tables import OUTBOX
from wod.api.models import Customer, Location, Student, Workshop
from wod.api.reconcile import Facts, Seat, compare, reconcile

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
BE1, BE2 = "be1.example.org", "be2.example.org"


def told(seat: Seat, students: dict[str, bool] | None) -> list[tuple[str, str]]:
    """Reason and act for one seat; ``students`` is what its backend says."""
    found = compare(Facts((BE1,), (seat,)), {} if students is None else {BE1: students})
    return [(each.reason, each.act) for each in found if each.subject != BE1]


@pytest.mark.parametrize(
    ("seat", "students", "expected"),
    [
        (Seat(1, BE1, "student1", False), {"student1": False}, []),
        (Seat(1, BE1, "student1", True, customer=5), {"student1": True}, []),
        (Seat(1, BE1, "student1", True, customer=5), {"student1": False}, []),
        (Seat(1, BE1, "student1", True, settling=True), {"student1": True}, []),
        (Seat(1, BE1, "student1", False, 5), {"student1": True}, [("counts as free, registration 5 has it", "hold")]),
        (Seat(1, BE1, "student1", True), {"student1": False}, [("is assigned to nobody, and quiet", "free")]),
        (Seat(1, BE1, "student1", True), {"student1": True}, [("is assigned to nobody, and a server is running", "")]),
        (Seat(1, BE1, "student1", False), {"student1": True}, [("counts as free, and a server is running", "hold")]),
        (Seat(1, BE1, "student1", False), {"student10": True}, [("is not on its backend", "")]),
        (
            Seat(1, BE1, "student1", True),
            None,
            [("is assigned to nobody, and its backend did not say whether it is quiet", "")],
        ),
    ],
)
def test_a_seat_against_its_backend(seat: Seat, students: dict[str, bool] | None, expected: list) -> None:
    assert told(seat, students) == expected


def test_backends_that_are_silent_or_unknown_are_told() -> None:
    lines = [str(each) for each in compare(Facts((BE1,), ()), {BE2: {"student1": False}})]
    assert lines == [
        f"{BE1}: did not say anything; its seats are not judged by it; see why, then run this again",
        f"{BE2}: is a backend that the database does not know; run `wod-api sync`",
    ]


def test_students_that_the_database_lacks_are_told_in_one_line_and_other_accounts_are_not() -> None:
    seen = {BE1: {f"student{n}": False for n in range(1, 6)} | {"wodadmin": True}}
    (found,) = compare(Facts((BE1,), (Seat(1, BE1, "student1", False),)), seen)
    assert found.reason == "has students that the database does not know, student2, student3, student4 and 1 more"


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A backend with six students, of whom two have open registrations; everything agrees."""
    database.migrate(database_url)
    with opened(database_url) as engine, Session(engine) as session:
        session.add(Location(name=BE1, basestdid=0))
        session.add(Workshop(name="Bash", notebook="WKSHP-Bash", location=BE1, range=[1, 6], capacity=4))
        session.add_all(Student(id=n, username=f"student{n}", location=BE1, assigned=n < 3) for n in range(1, 7))
        session.flush()
        session.add_all([registration(1, "credentials"), registration(2, "welcome")])
        session.commit()
        yield session


def registration(student: int | None, state: str | None, **values: object) -> Customer:
    times = {"start_date": NOON, "end_date": NOON + timedelta(hours=4)}
    return Customer(session_name="Bash", student_id=student, last_email_sent=state, **{**times, **values})


def seen(*busy: int) -> dict[str, dict[str, bool]]:
    return {BE1: {f"student{n}": n in busy for n in range(1, 7)}}


def subjects(session: Session, *busy: int, repair: bool = False, now: datetime = NOON) -> list[str]:
    found = [each.subject for each in reconcile(session, seen(*busy), repair, now)]
    session.commit()
    return found


def test_a_database_that_agrees_has_nothing_to_tell(session: Session) -> None:
    assert subjects(session, 1) == []


def test_a_look_changes_nothing_and_a_repair_mends(session: Session) -> None:
    session.execute(text("UPDATE students SET assigned = NOT assigned WHERE id IN (1, 3)"))
    session.execute(text("UPDATE workshops SET capacity = 6"))
    session.add(registration(None, None))
    session.commit()
    expected = ["student1 at be1.example.org", "student3 at be1.example.org", "registration 3", "workshop WKSHP-Bash"]
    assert subjects(session) == expected
    assert subjects(session) == expected
    assert subjects(session, repair=True) == expected
    assert rows(session, "SELECT id FROM students WHERE assigned ORDER BY id") == [(1,), (2,)]
    assert rows(session, 'SELECT "lastEmailSent" FROM customers WHERE id = 3') == [("error",)]
    assert subjects(session) == []
    assert rows(session, "SELECT capacity FROM workshops") == [(4,)]


def test_a_stranger_on_a_free_seat_keeps_it_from_being_given_away_until_it_is_quiet(session: Session) -> None:
    subjects(session, 5, repair=True)
    assert rows(session, "SELECT assigned FROM students WHERE id = 5") == [(True,)]
    subjects(session, repair=True)
    assert rows(session, "SELECT assigned FROM students WHERE id = 5") == [(False,)]


def test_a_seat_that_is_being_cleaned_is_left_alone(session: Session) -> None:
    session.execute(text("UPDATE students SET assigned = true WHERE id IN (3, 4)"))
    session.add_all([registration(3, "expired", updated_at=NOON - timedelta(minutes=5))])
    waiting = registration(4, "error", cleaned=True, updated_at=NOON - timedelta(days=1))
    session.add(waiting)
    session.flush()
    order = {"customer_id": waiting.id, "kind": "order", "recipient": "x", "payload": {}, "key": "4:PURGE"}
    session.execute(insert(OUTBOX).values(**order, created=NOON, due=NOON))
    session.commit()
    assert subjects(session) == []
    session.execute(OUTBOX.update().values(sent=NOON))
    session.commit()
    assert subjects(session) == ["student4 at be1.example.org"]


def test_sessions_that_nobody_ends_are_told(session: Session) -> None:
    assert subjects(session, now=NOON + timedelta(hours=6)) == ["registration 1", "registration 2"]
