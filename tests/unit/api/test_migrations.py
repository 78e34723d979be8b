"""Up and down, twice, at once, and on a database that the original made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.unit.api.databases import opened, restore, rows, tables
from wod.api import database
from wod.api.lifecycle.tables import METADATA
from wod.api.models import Base, Customer, Student, Workshop

ORIGINALS = {table.name for table in Base.metadata.sorted_tables}
OURS = {"wod_trace", "wod_outbox", "wod_catalogue", "wod_backends"}
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def columns(engine: Engine, *expected: MetaData) -> list:
    """Where the tables differ from what the code thinks they are, but for what only the migrations know."""
    with engine.connect() as bind:
        found = compare_metadata(MigrationContext.configure(bind, opts={"compare_type": True}), list(expected))  # type: ignore[arg-type]
    return [each for each in found if isinstance(each, tuple) and each[0].endswith(("_column", "_table", "_type"))]


def test_a_new_database_has_what_the_code_expects(database_url: str) -> None:
    database.migrate(database_url)
    with opened(database_url) as engine:
        assert columns(engine, Base.metadata, METADATA, database.OWN) == []


def test_up_and_down_and_up_again(database_url: str) -> None:
    database.migrate(database_url)
    assert tables(database_url) == ORIGINALS | OURS | {"alembic_version"}
    database.downgrade(database_url, "0001")
    assert tables(database_url) == ORIGINALS | {"alembic_version"}
    database.downgrade(database_url, "base")
    database.migrate(database_url)
    database.migrate(database_url)
    assert tables(database_url) >= OURS


def test_down_keeps_what_people_made(database_url: str) -> None:
    database.migrate(database_url)
    with opened(database_url) as engine, Session(engine) as session:
        session.add(Customer(email="ann@example.org", start_date=NOON, end_date=NOON))
        session.commit()
        database.downgrade(database_url, "base")
        assert rows(session, "SELECT email FROM customers") == [("ann@example.org",)]


def test_whether_there_is_something_to_take_back(database_url: str) -> None:
    assert not database.is_above(database_url, "0001")
    database.migrate(database_url, "0003")
    assert [database.is_above(database_url, revision) for revision in ("0001", "0003", "0004")] == [True, False, False]
    with pytest.raises(database.NewerRelease, match="this release has no migration 9999"):
        database.is_above(database_url, "9999")


def test_a_database_of_a_newer_release_is_not_judged(database_url: str) -> None:
    database.migrate(database_url)
    with opened(database_url) as engine, engine.begin() as bind:
        bind.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(database.NewerRelease, match="of a newer release than this one"):
        database.is_above(database_url, "0003")


def test_four_migrations_at_once_do_not_clash(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(database.migrate, [database_url] * 4)) == [None] * 4
    assert tables(database_url) >= OURS


def test_leaky_data_is_refused_with_what_to_do_and_nothing_changed(database_url: str) -> None:
    restore(database_url)
    before = tables(database_url)
    with pytest.raises(database.NotAdopted, match="wod-api adopt"):
        database.migrate(database_url)
    assert tables(database_url) == before


def a_seat(session: Session) -> None:
    session.add(Student(id=1, username="student1", location="be1.example.org"))
    session.flush()


def registration(state: str | None, student: int | None = 1) -> Customer:
    return Customer(last_email_sent=state, student_id=student, start_date=NOON, end_date=NOON)


@pytest.mark.parametrize("state", [None, "welcome", "credentials", "expiring", "unregister"])
def test_a_seat_has_at_most_one_open_registration(database_url: str, state: str | None) -> None:
    database.migrate(database_url)
    with opened(database_url) as engine, Session(engine) as session:
        a_seat(session)
        session.add_all([registration("expired"), registration("error"), registration("expired"), registration(state)])
        session.flush()
        session.add(registration(None))
        with pytest.raises(IntegrityError, match="customers_one_per_seat"):
            session.flush()


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (Workshop(capacity=-1), "workshops_capacity_check"),
        (Workshop(range=[5]), "workshops_range_check"),
        (Workshop(range=[5, 4]), "workshops_range_check"),
        (registration("Credentials sent", None), "customers_state_check"),
        (Student(id=2, username="student1", location="be1.example.org"), "students_seat"),
    ],
)
def test_what_the_original_lets_in_is_refused(database_url: str, row: Base, constraint: str) -> None:
    database.migrate(database_url)
    with opened(database_url) as engine, Session(engine) as session:
        a_seat(session)
        state = {key: value for key, value in vars(row).items() if not key.startswith("_")}
        with pytest.raises(IntegrityError, match=constraint):
            session.execute(insert(type(row)).values(**state))


def test_a_registration_follows_its_students_new_number(database_url: str) -> None:
    database.migrate(database_url)
    with opened(database_url) as engine, Session(engine) as session:
        a_seat(session)
        session.add(registration(None))
        session.flush()
        session.execute(text("UPDATE students SET id = 101"))
        assert rows(session, 'SELECT "studentId" FROM customers') == [(101,)]
