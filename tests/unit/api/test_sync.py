"""From content repositories and inventory to the database: planned, done, and then nothing left to do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

import bcrypt
import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from tests.unit.api.databases import opened, rows
from wod.api import database
from wod.api.models import Customer, Student, Workshop
from wod.api.sync import apply, plan

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LOCATIONS = [
    {"name": "be1.example.org", "basestdid": 0, "proto": "https", "port": 443},
    {"name": "be2.example.org", "basestdid": 20, "proto": "https", "port": 8000},
]
OTHERS = [{**LOCATIONS[0], "first": 3, "last": 5}, {**LOCATIONS[1], "basestdid": 5, "last": 2}]
"""Backends with students 3 to 5, and 1 to 2."""
USERS = [
    {"username": "moderator", "email": "m@example.org", "password": "secret words", "roles": ["user", "moderator"]},
    {"username": "hackshack", "email": "h@example.org", "password": "other words", "roles": ["user", "admin"]},
]


def workshop(directory: str, first: int, last: int, **values: Any) -> dict[str, Any]:
    """As :meth:`wod.workshops.Workshop.as_data` gives it."""
    common = {"name": directory[6:], "description": "words", "active": True, "capacity": 4, "priority": 1}
    flags = dict.fromkeys(("reset", "ldap", "varpass", "beta", "monoappliance", "multiappliance"), False)
    shown = {"workshopImg": "x.png", "badgeImg": "b.png", "replayLink": "", "replayId": 1, "category": ["Open Source"]}
    people = {"presenter": "Ann", "role": "author", "avatar": "a.png", "duration": 4, "compile": []}
    return {"directory": directory, "range": [first, last], **common, **flags, **shown, **people, **values}


CATALOGUE = [workshop("WKSHP-Bash", 1, 6), workshop("WKSHP-Git", 7, 10, compile=["a.sh", "b.sh"])]


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    database.migrate(database_url)
    with opened(database_url) as engine, Session(engine) as session:
        yield session


def synced(
    session: Session, workshops: list, locations: list = LOCATIONS, seats: int = 20, users: list | None = None
) -> list:
    """The lines of the plan, done; after it there is nothing to do. Without users it takes no time to hash."""
    users = users or []
    changes = plan(session, workshops, locations, seats, users, "https://wod.example.org")
    apply(session, changes)
    session.commit()
    assert plan(session, workshops, locations, seats, users, "https://wod.example.org") == []
    return [str(change) for change in changes]


def register(session: Session, name: str, student: int, state: str | None = None) -> Customer:
    customer = Customer(session_name=name, student_id=student, last_email_sent=state, start_date=NOON, end_date=NOON)
    session.add(customer)
    session.execute(update(Student).where(Student.id == student).values(assigned=True))
    session.execute(update(Workshop).where(Workshop.name == name).values(capacity=Workshop.capacity - 1))
    session.commit()
    return customer


def test_an_empty_database_is_filled(session: Session) -> None:
    told = synced(session, CATALOGUE)
    assert told[:3] == [
        "add location be1.example.org",
        "add location be2.example.org",
        "add students be1.example.org: student1 to student20, 20 of them",
    ]
    assert "set places WKSHP-Bash: 4, of which 4 are left" in told
    assert rows(session, "SELECT count(*), min(id), max(id) FROM students") == [(40, 1, 40)]
    assert rows(session, "SELECT location, username, url FROM students WHERE id = 23") == [
        ("be2.example.org", "student3", "https://be2.example.org:8000/user/student3/lab?")
    ]
    assert rows(session, "SELECT id, name FROM special_badges ORDER BY id")[3] == (4, "Super Hero")


def test_a_plan_changes_nothing_and_tells_no_secret(session: Session) -> None:
    told = repr(plan(session, CATALOGUE, LOCATIONS, 20, USERS))
    assert "secret words" not in told
    assert rows(session, "SELECT count(*) FROM students") == [(0,)]


def test_a_workshop_has_its_columns(session: Session) -> None:
    synced(session, CATALOGUE)
    columns = 'name, notebook, capacity, range, compile, "sessionType", location, "alternateLocation", "badgeImg"'
    assert rows(session, f"SELECT {columns} FROM workshops ORDER BY id") == [
        (
            "Bash",
            "WKSHP-Bash",
            4,
            [1, 6],
            "false",
            "Workshops-on-Demand",
            "be1.example.org",
            ["be2.example.org"],
            "b.png",
        ),
        (
            "Git",
            "WKSHP-Git",
            4,
            [7, 10],
            "a.sh,b.sh",
            "Workshops-on-Demand",
            "be1.example.org",
            ["be2.example.org"],
            "b.png",
        ),
    ]


def test_serials_go_on_behind_given_numbers(session: Session) -> None:
    synced(session, CATALOGUE)
    added = text("INSERT INTO students (username, location) VALUES ('student99', 'x') RETURNING id")
    assert session.scalar(added) == 41
    assert session.scalar(text("INSERT INTO roles (name) VALUES ('guest') RETURNING id")) == 4


def test_users_have_hashes_and_roles(session: Session) -> None:
    synced(session, CATALOGUE, users=USERS)
    (password,) = rows(session, "SELECT password FROM users WHERE username = 'moderator'")[0]
    assert password.split("$")[2] == "12"
    assert bcrypt.checkpw(b"secret words", password.encode())
    given = (
        'SELECT u.username, r.name FROM users u JOIN user_roles k ON "userId" = u.id JOIN roles r ON r.id = k."roleId"'
    )
    assert sorted(rows(session, given)) == [
        ("hackshack", "admin"),
        ("hackshack", "user"),
        ("moderator", "moderator"),
        ("moderator", "user"),
    ]


def test_a_new_password_and_fewer_roles_are_one_change_without_the_password(session: Session) -> None:
    synced(session, CATALOGUE, users=USERS)
    users = [{**USERS[0], "password": "new words", "roles": ["user"]}]
    assert synced(session, CATALOGUE, users=users) == ["change user moderator: password, roles"]


def test_capacity_is_what_is_left_of_the_places(session: Session) -> None:
    synced(session, CATALOGUE)
    register(session, "Bash", 1, "credentials")
    register(session, "Bash", 2, "expired")
    session.execute(text("UPDATE workshops SET capacity = 0 WHERE name = 'Bash'"))
    session.commit()
    assert synced(session, CATALOGUE) == ["set places WKSHP-Bash: 4, of which 3 are left"]
    told = synced(session, [workshop("WKSHP-Bash", 1, 6, capacity=2), CATALOGUE[1]])
    assert told == ["set places WKSHP-Bash: 2, of which 1 are left"]


def test_more_places_than_the_range_has_seats_are_those_of_all_locations(session: Session) -> None:
    synced(session, [workshop("WKSHP-Bash", 1, 6, capacity=20)])
    assert rows(session, "SELECT capacity FROM workshops") == [(12,)]


def test_what_left_the_content_is_retired_and_comes_back(session: Session) -> None:
    synced(session, CATALOGUE)
    register(session, "Git", 7, "credentials")
    assert synced(session, CATALOGUE[:1]) == ["retire workshop WKSHP-Git: not in the content any more"]
    assert rows(
        session,
        'SELECT workshops.active, "sessionName" FROM workshops JOIN customers ON "sessionName" = workshops.name',
    ) == [(False, "Git")]
    assert synced(session, CATALOGUE) == [
        "change workshop WKSHP-Git: active False → True",
        "set places WKSHP-Git: 4, of which 3 are left",
    ]


def test_registrations_follow_a_workshops_new_name(session: Session) -> None:
    synced(session, CATALOGUE)
    register(session, "Bash", 1)
    told = synced(session, [workshop("WKSHP-Bash", 1, 6, name="The Shell"), CATALOGUE[1]])
    assert told == ["change workshop WKSHP-Bash: name 'Bash' → 'The Shell'"]
    assert rows(session, 'SELECT "sessionName" FROM customers') == [("The Shell",)]
    assert rows(session, "SELECT capacity FROM workshops WHERE name = 'The Shell'") == [(3,)]


def test_a_renamed_directory_is_the_same_workshop(session: Session) -> None:
    synced(session, CATALOGUE)
    told = synced(session, [workshop("WKSHP-Shell", 1, 6, name="Bash"), CATALOGUE[1]])
    assert told == ["change workshop WKSHP-Shell: notebook 'WKSHP-Bash' → 'WKSHP-Shell'"]


def test_students_are_renumbered_with_their_registrations(session: Session) -> None:
    synced(session, CATALOGUE)
    register(session, "Bash", 23)
    wider = [LOCATIONS[0], {**LOCATIONS[1], "basestdid": 30}]
    told = synced(session, CATALOGUE, wider, seats=30)
    assert "renumber students 20: id = number + basestdid" in told
    assert rows(session, 'SELECT "studentId" FROM customers') == [(33,)]
    assert rows(session, "SELECT username, location FROM students WHERE id = 33") == [("student3", "be2.example.org")]


def test_fewer_seats_keep_those_that_were_used(session: Session) -> None:
    synced(session, CATALOGUE)
    register(session, "Bash", 20, "expired")
    told = synced(session, CATALOGUE, LOCATIONS[:1], seats=10)
    assert "remove students be1.example.org: 9 of them, not in the inventory, never used" in told
    assert rows(session, "SELECT count(*) FROM students") == [(11,)]


def test_a_backend_with_open_registrations_stays(session: Session) -> None:
    synced(session, CATALOGUE)
    customer = register(session, "Bash", 21, "credentials")
    synced(session, CATALOGUE, LOCATIONS[:1])
    names = "SELECT name FROM locations ORDER BY id"
    assert rows(session, names) == [("be1.example.org",), ("be2.example.org",)]
    customer.last_email_sent = "expired"
    session.commit()
    told = synced(session, CATALOGUE, LOCATIONS[:1])
    assert "remove location be2.example.org: not in the inventory, no open registration" in told


def test_who_comes_in_the_place_of_a_backend_gets_its_ids(session: Session) -> None:
    synced(session, CATALOGUE)
    register(session, "Bash", 3, "expired")
    following = [{**LOCATIONS[0], "name": "be3.example.org"}, LOCATIONS[1]]
    told = synced(session, CATALOGUE, following)
    assert "renumber students 1: id = number + basestdid" in told
    assert rows(session, "SELECT location FROM students WHERE id = 3") == [("be3.example.org",)]
    kept = 'SELECT s.id, s.location, s.username FROM customers c JOIN students s ON s.id = c."studentId"'
    assert rows(session, kept) == [(41, "be1.example.org", "student3")]


def test_who_is_still_at_work_keeps_the_id(session: Session) -> None:
    synced(session, CATALOGUE)
    register(session, "Bash", 3, "credentials")
    with pytest.raises(ValueError, match=r"student3 of .* is not in the inventory any more"):
        plan(session, CATALOGUE, [{**LOCATIONS[0], "name": "be3.example.org"}, LOCATIONS[1]], 20, [])


def test_where_a_workshop_was_put_by_hand_it_stays(session: Session) -> None:
    synced(session, CATALOGUE)
    session.execute(
        text("UPDATE workshops SET location = 'be2.example.org', \"alternateLocation\" = '{be1.example.org}'")
    )
    session.commit()
    assert synced(session, CATALOGUE) == []


def test_a_shared_workshop_gets_its_places_back_by_its_reset_only(session: Session) -> None:
    shared = [workshop("WKSHP-OneView", 1, 6, reset=True)]
    synced(session, shared)
    register(session, "OneView", 1, "expired")
    assert synced(session, shared) == []
    assert rows(session, "SELECT capacity FROM workshops") == [(3,)]


def test_two_synchronisations_at_once_are_one_after_the_other(session: Session, database_url: str) -> None:
    def once(_: int) -> int:
        with opened(database_url) as engine, Session(engine) as own:
            changes = plan(own, CATALOGUE, LOCATIONS, 20, [])
            apply(own, changes)
            own.commit()
            return len(changes)

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(once, range(3)))[:2] == [0, 0]


@pytest.mark.parametrize(
    ("workshops", "locations", "told"),
    [
        ([CATALOGUE[0], {**CATALOGUE[1], "name": "Bash"}], LOCATIONS, "name Bash is there twice"),
        (CATALOGUE, [LOCATIONS[0], {**LOCATIONS[1], "basestdid": 19}], "share student ids: basestdid 0 and 19"),
        ([workshop("WKSHP-Bash", 1, 6, presenter="x" * 256)], LOCATIONS, "WKSHP-Bash: presenter: at most 255"),
    ],
)
def test_input_that_contradicts_itself_is_refused(
    session: Session, workshops: list, locations: list, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        plan(session, workshops, locations, 20, USERS)


def test_backends_may_have_other_students_each(session: Session) -> None:
    synced(session, [workshop("WKSHP-Bash", 2, 4, capacity=20)], OTHERS)
    assert rows(session, "SELECT id, username FROM students ORDER BY id") == [
        *((3, "student3"), (4, "student4"), (5, "student5"), (6, "student1"), (7, "student2"))
    ]
    assert rows(session, "SELECT capacity FROM workshops") == [(3,)]  # students 3 and 4, and 2
