"""The tables as the original has them, made for real."""

from __future__ import annotations

from sqlalchemy import create_engine, inspect

from wod.api.models import Base


def test_the_columns_are_called_as_in_the_original(database_url: str) -> None:
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    columns = {column["name"] for column in inspect(engine).get_columns("customers")}
    assert {"sessionName", "lastEmailSent", "studentId", "completionPercentage", "createdAt"} <= columns
    engine.dispose()
