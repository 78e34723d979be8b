"""Is it alive, how much does it do; the original's greetings; what it had for its mailing lists."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, PlainTextResponse, Response

from wod.api.models import Customer, Student
from wod.api.security import Admin, Sessions

router = APIRouter(tags=["service"])
gone = APIRouter(prefix="/api", tags=["mailing lists"])
GONE: dict[int | str, dict[str, Any]] = {410: {"description": "Not part of this API"}}


@router.get("/")
def greet() -> dict[str, str]:
    return {"hello": "hi!"}


@router.get("/test")
@router.get("/api/test")
def test() -> dict[str, str]:
    return {"hello": "test"}


@router.get("/healthz", responses={503: {"description": "The database does not answer"}})
def health(database: Sessions) -> Response:
    try:
        with database() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return JSONResponse({"status": "no database"}, 503)
    return JSONResponse({"status": "ok"})


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request, database: Sessions) -> Response:
    """For Prometheus: requests, and how many seats and registrations there are in which state."""
    with database() as session:
        lines = [*_seats(session), *_registrations(session)]
    body = request.app.state.counters.text() + "".join(f"{line}\n" for line in lines).encode()
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")


def _seats(session: Session) -> list[str]:
    counted = session.execute(select(Student.assigned, func.count()).group_by(Student.assigned)).all()
    found = {bool(assigned): count for assigned, count in counted}
    values = [f'wod_seats{{state="{name}"}} {found.get(key, 0)}' for name, key in (("free", False), ("taken", True))]
    return ["# HELP wod_seats Seats on all backends", "# TYPE wod_seats gauge", *values]


def _registrations(session: Session) -> list[str]:
    state = func.coalesce(Customer.last_email_sent, "new")
    counted = session.execute(select(state, func.count()).group_by(state).order_by(state)).all()
    values = [f'wod_registrations{{state="{name}"}} {count}' for name, count in counted]
    return ["# HELP wod_registrations Registrations, ever", "# TYPE wod_registrations gauge", *values]


@gone.post("/emails", responses=GONE)
@gone.post("/email/send-feedback", responses=GONE)
@gone.get("/email/random/{list_id}", responses=GONE)
def mailing_lists(who: Admin) -> Response:
    """The original's helpers for a mailing provider's contact lists, open to everybody there; nothing calls them."""
    return JSONResponse({"message": "Mailing lists are not part of this API"}, 410)
