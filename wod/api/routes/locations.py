"""Backends as the API knows them; they are written by `wod-api sync`, and by admins in an emergency."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import select
from starlette.responses import JSONResponse, Response

from wod.api.models import Location, SpecialBadge
from wod.api.routes import rows
from wod.api.schemas import BadgeRow, LocationRow
from wod.api.schemas import row as served
from wod.api.security import Admin, Sessions
from wod.api.writing import LocationChange, LocationEcho

router = APIRouter(prefix="/api", tags=["locations"])


@router.get("/locations", response_model=list[LocationRow])
def list_locations(database: Sessions) -> Response:
    return JSONResponse(rows.listing(database, Location, LocationRow))


@router.get("/location/{number}", response_model=LocationRow)
def read_location(number: rows.Number, database: Sessions) -> Response:
    return rows.found(rows.one(database, Location, LocationRow, number), "Location")


@router.put("/location/{number}", response_model=LocationEcho)
def change_location(number: rows.Number, wanted: LocationChange, who: Admin, database: Sessions) -> Response:
    return rows.change(database, Location, LocationRow, number, wanted)


@router.delete("/location/{number}", response_model=rows.Nothing)
def delete_location(number: rows.Number, who: Admin, database: Sessions) -> Response:
    return rows.remove(database, Location, number)


@router.get("/special-badges", response_model=list[BadgeRow], tags=["badges"])
def list_badges(database: Sessions) -> Response:
    with database() as session:
        badges = session.scalars(select(SpecialBadge).order_by(SpecialBadge.id))
        return JSONResponse([served(badge, BadgeRow) for badge in badges])
