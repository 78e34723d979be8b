"""Databases to start from: one of the original with its leaks, and one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, inspect, text
from sqlalchemy.orm import Session

from wod.api import database

LEAKY = Path(__file__).with_name("original.sql")


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = database.engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def restore(url: str) -> None:
    """A dump of the original, with everything that it leaks."""
    with opened(url) as engine, engine.begin() as bind:
        bind.exec_driver_sql(LEAKY.read_text())


def rows(session: Session, query: str) -> list[tuple]:
    return [tuple(row) for row in session.execute(text(query))]


def tables(url: str) -> set[str]:
    with opened(url) as engine:
        return set(inspect(engine).get_table_names())
