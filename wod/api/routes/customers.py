"""Registrations: made by anybody, read and changed by those who run workshops."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import select
from starlette.responses import HTMLResponse, JSONResponse, Response

from wod.api.lifecycle.tables import TRACE
from wod.api.limits import spend
from wod.api.models import Customer
from wod.api.registration import Registration, register
from wod.api.routes import rows
from wod.api.schemas import CustomerRow, shown
from wod.api.security import Admin, Anyone, Caller, Moderator, Sessions
from wod.api.writing import CustomerChange, CustomerEcho

router = APIRouter(prefix="/api", tags=["customers"])
PERSONAL = ("name", "email", "company")


class Registered(BaseModel):
    id: int
    name: str
    email: str
    studentId: int
    proxy: str | None


class AlreadyRegistered(BaseModel):
    id: int
    title: str | None
    endDate: str


class Event(BaseModel):
    moment: str
    event: str
    detail: str


def visible(served: dict[str, Any] | None, who: Caller) -> dict[str, Any] | None:
    """Anybody may sign up for an account; whose registrations these are is not for everybody."""
    return served if served is None or who.moderates else {**served, **dict.fromkeys(PERSONAL)}


@router.get("/customers", response_model=list[CustomerRow])
def list_customers(who: Anyone, database: Sessions) -> Response:
    return JSONResponse([visible(each, who) for each in rows.listing(database, Customer, CustomerRow)])


@router.get("/customers/{number}", response_model=CustomerRow)
def read_customer(number: rows.Number, who: Anyone, database: Sessions) -> Response:
    return rows.found(visible(rows.one(database, Customer, CustomerRow, number), who), "Customer")


@router.get("/customers/{number}/trace", response_model=list[Event])
def read_trace(number: rows.Number, who: Moderator, database: Sessions) -> Response:
    """What happened to a registration, in order."""
    wanted = select(TRACE).where(TRACE.c.customer_id == number).order_by(TRACE.c.moment, TRACE.c.id)
    with database() as session:
        events = session.execute(wanted).all()
        if not events and session.get(Customer, number) is None:
            return rows.found(None, "Customer")
    return JSONResponse([{"moment": shown(e.moment), "event": e.event, "detail": e.detail} for e in events])


TAKEN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The seat; or no body at all, for an address that is not accepted",
        "content": {"text/html": {"schema": {"type": "string", "maxLength": 0}}},
    },
    202: {
        "description": "Registered already (JSON), or no seat is left (text)",
        "content": {
            "application/json": {"schema": AlreadyRegistered.model_json_schema()},
            "text/html": {"schema": {"type": "string"}},
        },
    },
}


@router.post("/customer", response_model=Registered, responses=TAKEN)
def register_customer(wanted: Registration, request: Request, database: Sessions) -> Response:
    """A seat for a participant. 200 without a body: the address is not accepted."""
    spend(request.app.state.registrations, request)
    config, clock = request.app.state.config, request.app.state.clock
    outcome = register(database, wanted, config, clock())
    if outcome.body is None or isinstance(outcome.body, str):
        return HTMLResponse(outcome.body or "", outcome.status)
    return JSONResponse(outcome.body, outcome.status)


@router.put("/customer/{number}", response_model=CustomerEcho)
def change_customer(number: rows.Number, wanted: CustomerChange, who: Moderator, database: Sessions) -> Response:
    return rows.change(database, Customer, CustomerRow, number, wanted)


@router.delete("/customer/{number}", response_model=rows.Nothing)
def delete_customer(number: rows.Number, who: Admin, database: Sessions) -> Response:
    return rows.remove(database, Customer, number)
