"""A participant's own registration, by the token of the mailed link (:mod:`wod.api.links`). Never the password."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.security import APIKeyHeader
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from wod.api import links, own
from wod.api.config import Api
from wod.api.lifecycle.again import mail_again
from wod.api.limits import spend
from wod.api.mails.compose import web
from wod.api.models import Customer, Student, Workshop
from wod.api.registration import HOURS, Line
from wod.api.routes import rows
from wod.api.schemas import shown
from wod.api.security import Sessions

router = APIRouter(prefix="/api/my", tags=["my registration"])
link_header = APIKeyHeader(
    name=links.HEADER, scheme_name="Registration", auto_error=False, description="The token of the mailed link"
)
Token = Annotated[str | None, Depends(link_header)]
REFUSED = {"message": "This link is not valid, or not any more"}
PRIVATE = {"Cache-Control": "no-store"}
STATES: dict[str | None, str] = {
    **dict.fromkeys((None, "welcome"), "preparing"),
    **{"credentials": "ready", "expiring": "ending", "error": "failed"},
}
"""What the participant is told by ``lastEmailSent``; all else is over."""
RUNNING = ("ready", "ending")


class MyRegistration(BaseModel):
    """``startUrl`` and ``username`` are null unless it runs. ``badgeImg`` is as in the workshop."""

    id: int
    name: str | None
    workshop: str | None
    workshopId: int | None
    notebook: str | None
    state: Literal["preparing", "ready", "ending", "over", "failed"]
    startDate: datetime
    endDate: datetime
    secondsLeft: int
    startUrl: str | None
    username: str | None
    duration: int
    extensionsLeft: int
    replayLink: str | None
    badgeImg: str | None
    feedback: str | None


class Lost(BaseModel):
    email: Line = ""


def proven(request: Request, session: Session, given: str | None, lock: bool = False) -> Customer:
    """401 for what is not the link of a registration; guesses are limited, right ones do not count."""
    bucket, config = request.app.state.guesses, request.app.state.config
    client = spend(bucket, request)
    number = links.named(given or "")
    customer = session.get(Customer, number, with_for_update=lock) if number else None
    keys = links.keys(config, request.app.state.clock().timestamp())
    proofs = [links.proves(key, customer, given or "") for key in keys]  # all of them: as slow for a wrong one
    if not any(proofs) or customer is None:
        raise HTTPException(401, REFUSED)
    bucket.give_back(client)
    return customer


def state_of(customer: Customer, moment: datetime) -> str:
    """One whose time is up is over, also while the life cycle has not come to it yet."""
    found = STATES.get(customer.last_email_sent, "over")
    return "over" if found in RUNNING and customer.end_date <= moment else found


def seen(session: Session, customer: Customer, config: Api, moment: datetime) -> Response:
    """As :class:`MyRegistration`."""
    state, workshop = state_of(customer, moment), own.workshop_of(session, customer)
    said = {"id": customer.id, "name": customer.name, "workshop": customer.session_name}
    said |= {"workshopId": workshop.id if workshop else None, "notebook": customer.notebook, "state": state}
    said |= {"startDate": shown(customer.start_date), "endDate": shown(customer.end_date)}
    left = 0 if state in ("over", "failed") else max(0, int((customer.end_date - moment).total_seconds()))
    said |= {"secondsLeft": left, **_seat(customer.student if state in RUNNING else None)}
    said |= {"duration": (workshop.duration if workshop else None) or HOURS}
    said |= {"extensionsLeft": own.extensions_left(session, customer, config.extensions, moment)}
    return JSONResponse({**said, **_pages(workshop, config)}, headers=PRIVATE)


def _seat(student: Student | None) -> dict[str, Any]:
    """Of a registration that is over it would be somebody else's."""
    return {"startUrl": web(student.url or "") or None if student else None, "username": student and student.username}


def _pages(workshop: Workshop | None, config: Api) -> dict[str, Any]:
    """Addresses that are none of the web's are left out."""
    replay = web(workshop.replay_link or "") if workshop else ""
    badge = workshop.badge_img if workshop else None
    return {"replayLink": replay or None, "badgeImg": badge or None, "feedback": web(config.feedback) or None}


@router.get("", response_model=MyRegistration)
def read_mine(request: Request, database: Sessions, token: Token) -> Response:
    """How far it is, and where it is."""
    with database() as session:
        customer = proven(request, session, token)
        return seen(session, customer, request.app.state.config, request.app.state.clock())


@router.post("/extend", response_model=MyRegistration)
def extend_mine(request: Request, database: Sessions, token: Token) -> Response:
    """The workshop's duration once more, as often as the site allows (``extensions``); 403 when it cannot be."""
    config, moment = request.app.state.config, request.app.state.clock()
    with database.begin() as session:
        customer = proven(request, session, token, lock=True)
        own.extend(session, customer, config.extensions, moment)
        return seen(session, customer, config, moment)


@router.delete("", response_model=MyRegistration)
def end_mine(request: Request, database: Sessions, token: Token) -> Response:
    """Ends it. One that is over stays as it is."""
    config, moment = request.app.state.config, request.app.state.clock()
    with database.begin() as session:
        customer = proven(request, session, token, lock=True)
        own.end(session, customer, moment)
        return seen(session, customer, config, moment)


@router.post("/link", status_code=202, response_model=rows.Nothing)
def mail_link(wanted: Lost, request: Request, database: Sessions) -> Response:
    """Mails the link again, at most every ten minutes. The answer does not tell whether there is a registration."""
    spend(request.app.state.registrations, request)
    with database.begin() as session:
        mail_again(session, wanted.email.strip().lower(), request.app.state.config, request.app.state.clock())
    return JSONResponse({}, 202)
