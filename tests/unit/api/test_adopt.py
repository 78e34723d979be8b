"""A restored database of the original, with its known leaks, is told about, repaired and carried on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import bcrypt
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests.unit.api.databases import opened, restore, rows, tables
from wod.api import database
from wod.api.adopt import adopt, adopt_database
from wod.api.sync import apply, plan

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    restore(database_url)
    with opened(database_url) as engine:
        yield engine


def everything(engine: Engine) -> dict[str, list]:
    """All rows of all tables, and where the serials stand."""
    with Session(engine) as session:
        names = [
            row[0]
            for row in rows(
                session,
                "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
                " WHERE nspname = 'public' AND relkind IN ('r', 'S') ORDER BY 1",
            )
        ]
        return {name: sorted(map(str, rows(session, f'SELECT * FROM "{name}"'))) for name in names}


def test_a_report_changes_nothing(engine: Engine, database_url: str) -> None:
    before = everything(engine)
    assert adopt_database(database_url, now=NOON)
    assert everything(engine) == before


def test_what_is_reported_is_what_is_repaired_and_then_there_is_nothing(engine: Engine, database_url: str) -> None:
    report = adopt_database(database_url, now=NOON)
    assert adopt_database(database_url, apply=True, now=NOON) == report
    assert adopt_database(database_url, apply=True, now=NOON) == []
    with Session(engine) as session:
        assert adopt(session, now=NOON) == []


def test_every_planted_leak_is_told_on_one_line(engine: Engine, database_url: str) -> None:
    told = [str(each) for each in adopt_database(database_url, now=NOON)]
    assert not [line for line in told if "\n" in line or "plain words" in line]
    subjects = [line.split(":")[0] for line in told]
    assert subjects == [
        "role admin",
        "user hackshack",
        "user moderator",
        "user moderator-3",
        "user moderator-3",
        "user hackshack",
        "location be1.example.org",
        "registration 4",
        "student3 at be1.example.org",
        "registration 8",
        "registration 9",
        "registration 9",
        "registration 3",
        "student1 at be1.example.org",
        "student3 at be1.example.org",
        "student4 at be1.example.org",
        "student6 at be1.example.org",
        "student7 at be1.example.org",
        "workshop WKSHP-Tensorflow101",
        "workshop WKSHP-API101",
        "workshop WKSHP-Bash",
        "workshop WKSHP-Tensorflow101",
        "table students",
        "table roles",
    ]


def test_seats_and_capacities_are_right_afterwards(engine: Engine, database_url: str) -> None:
    adopt_database(database_url, apply=True, now=NOON)
    with Session(engine) as session:
        assert rows(session, "SELECT id FROM students WHERE assigned ORDER BY id") == [(1,), (2,), (3,), (8,), (9,)]
        assert rows(session, "SELECT capacity FROM workshops ORDER BY id") == [(3,), (3,), (0,)]
        states = rows(session, 'SELECT id, "lastEmailSent", "studentId" FROM customers ORDER BY id')
    assert states == [
        (1, "credentials", 1),
        (2, "credentials", 2),
        (3, "error", 2),
        (4, "expiring", 3),
        (5, "expired", 4),
        (6, "expired", 7),
        (7, "expired", 8),
        (8, "credentials", 9),
        (9, "error", None),
    ]


def test_a_seat_that_is_being_cleaned_is_free_later(engine: Engine, database_url: str) -> None:
    adopt_database(database_url, apply=True, now=NOON)
    with Session(engine) as session:
        later = [each.subject for each in adopt(session, now=NOON.replace(hour=13))]
    assert later == ["student8 at be1.example.org"]


def test_accounts_keep_their_passwords_as_hashes(engine: Engine, database_url: str) -> None:
    adopt_database(database_url, apply=True, now=NOON)
    with Session(engine) as session:
        moderator, hackshack, other = (row[0] for row in rows(session, "SELECT password FROM users ORDER BY id"))
        given = rows(session, 'SELECT "userId", "roleId" FROM user_roles ORDER BY 1')
    assert moderator.startswith("$2a$06$")
    assert bcrypt.checkpw(b"plain words", hackshack.encode())
    assert other is None
    assert given == [(1, 1), (2, 1), (3, 1)]


def test_it_is_carried_on_with_our_schema_and_new_numbers(engine: Engine, database_url: str) -> None:
    adopt_database(database_url, apply=True, now=NOON)
    assert {"wod_outbox", "SequelizeMeta", "user_roles"} <= tables(database_url)
    database.migrate(database_url)
    with engine.begin() as bind:
        new = text("INSERT INTO students (username, location) VALUES ('student11', 'be1.example.org') RETURNING id")
        assert bind.scalar(new) == 21


def test_administrators_whom_the_original_let_in_are_named(engine: Engine, database_url: str) -> None:
    with engine.begin() as bind:
        bind.exec_driver_sql(
            "INSERT INTO roles (id, name) VALUES (3, 'admin');"
            'CREATE TABLE user_roles ("createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL,'
            ' "roleId" integer REFERENCES roles, "userId" integer REFERENCES users, PRIMARY KEY ("roleId", "userId"));'
            "INSERT INTO user_roles VALUES (now(), now(), 3, 2)"
        )
    told = [str(each) for each in adopt_database(database_url, apply=True, now=NOON)]
    assert told[0] == "user hackshack: is an administrator, as anybody could become one: see that you know them"
    assert not adopt_database(database_url, now=NOON)


def test_a_synchronisation_leaves_nothing_to_repair(engine: Engine, database_url: str) -> None:
    """None of the original's workshops is in the content: they are retired, and keep what they offered."""
    adopt_database(database_url, True, NOON)
    locations = [
        {"name": "be1.example.org", "basestdid": 0, "proto": "https", "port": 443},
        {"name": "be2.example.org", "basestdid": 10, "proto": "https", "port": 443},
    ]
    with Session(engine) as session:
        apply(session, plan(session, [], locations, 10, []))
        session.commit()
        assert rows(session, "SELECT count(*) FROM workshops WHERE active") == [(0,)]
    assert [str(each) for each in adopt_database(database_url, False, NOON)] == []
