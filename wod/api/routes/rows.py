"""Reading and writing one table: what most routes do."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from starlette.responses import HTMLResponse, JSONResponse, Response

from wod.api.models import Base
from wod.api.schemas import LARGEST, row
from wod.api.writing import Change, echo, write

Number = Annotated[int, Path(ge=-LARGEST - 1, le=LARGEST, description="The row's id")]
Database = sessionmaker[Session]


class Nothing(BaseModel):
    """``{}``, when a row was deleted."""


def bad() -> Response:
    """The original's answer to a change of what is not there."""
    return JSONResponse({"error": {}}, 400)


def listing(database: Database, model: type[Base], schema: type[BaseModel]) -> list[dict[str, Any]]:
    with database() as session:
        return [row(item, schema) for item in session.scalars(select(model).order_by(model.__table__.c.id))]


def one(database: Database, model: type[Base], schema: type[BaseModel], number: int) -> dict[str, Any] | None:
    with database() as session:
        item = session.get(model, number)
        return None if item is None else row(item, schema)


def found(served: dict[str, Any] | None, what: str) -> Response:
    """The row, or 400 with the text ``<what> Not Found``."""
    return HTMLResponse(f"{what} Not Found", 400) if served is None else JSONResponse(served)


def change(database: Database, model: type[Base], schema: type[BaseModel], number: int, wanted: Change) -> Response:
    """The row with what was sent; constraints that refuse it are answered by :mod:`wod.api.app`."""
    with database.begin() as session:
        item = session.get(model, number, with_for_update=True)
        if item is None:
            return bad()
        write(item, wanted.given)
        session.flush()
        session.refresh(item)
        return JSONResponse(echo(row(item, schema), wanted))


def create(database: Database, model: type[Base], schema: type[BaseModel], wanted: Change) -> Response:
    with database.begin() as session:
        item = model()
        write(item, {name: value for name, value in wanted.given.items() if value is not None})
        session.add(item)
        session.flush()
        session.refresh(item)
        return JSONResponse(echo(row(item, schema), wanted))


def remove(database: Database, model: type[Base], number: int) -> Response:
    with database.begin() as session:
        item = session.get(model, number)
        if item is None:
            return bad()
        session.delete(item)
    return JSONResponse({})
