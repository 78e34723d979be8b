"""Workshops: what the portal shows, and what backends and admins change."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from wod.api.models import Customer, Workshop
from wod.api.routes import rows
from wod.api.schemas import ListedWorkshop, WorkshopRow
from wod.api.schemas import row as served
from wod.api.security import Admin, Anyone, Moderator, Sessions
from wod.api.writing import WorkshopChange, WorkshopEcho

router = APIRouter(prefix="/api", tags=["workshops"])
POPULAR = 10


def popular(session: Session) -> set[str]:
    """The names with the most people in them, counted over all registrations ever."""
    people = func.count(Customer.email.distinct())
    names = select(Customer.session_name).where(Customer.session_name.is_not(None)).group_by(Customer.session_name)
    ranked = names.order_by(people.desc(), Customer.session_name).limit(POPULAR)
    return {name for name in session.scalars(ranked) if name}


@router.get("/workshops", response_model=list[ListedWorkshop])
def list_workshops(database: Sessions, active: Literal["true", "false"] | None = None) -> Response:
    """All workshops, or those (not) shown in the portal; the first in priority first."""
    wanted = select(Workshop).order_by(Workshop.priority, Workshop.id)
    if active:
        wanted = wanted.where(Workshop.active.is_(active == "true"))
    with database() as session:
        best = popular(session)
        found = [{**served(item, WorkshopRow), "popular": item.name in best} for item in session.scalars(wanted)]
    return JSONResponse(found)


@router.get("/workshopsBeta", response_model=list[WorkshopRow])
def list_beta(who: Anyone, database: Sessions) -> Any:
    """As in the original: those that are *not* in beta."""
    with database() as session:
        wanted = select(Workshop).where(Workshop.beta.is_(False)).order_by(Workshop.priority, Workshop.id)
        return JSONResponse([served(item, WorkshopRow) for item in session.scalars(wanted)])


@router.get("/workshops/{number}", response_model=WorkshopRow)
def read_workshop(number: rows.Number, database: Sessions) -> Response:
    return rows.found(rows.one(database, Workshop, WorkshopRow, number), "Workshop")


@router.post("/workshop", response_model=WorkshopEcho)
def create_workshop(wanted: WorkshopChange, who: Admin, database: Sessions) -> Response:
    return rows.create(database, Workshop, WorkshopRow, wanted)


@router.put("/workshop/{number}", response_model=WorkshopEcho)
def change_workshop(number: rows.Number, wanted: WorkshopChange, who: Moderator, database: Sessions) -> Response:
    return rows.change(database, Workshop, WorkshopRow, number, wanted)


@router.delete("/workshop/{number}", response_model=rows.Nothing)
def delete_workshop(number: rows.Number, who: Admin, database: Sessions) -> Response:
    return rows.remove(database, Workshop, number)
