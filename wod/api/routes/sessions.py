"""What participants do with their own session: end it, or extend it.

They have no account here. Who they are is shown by the user name and password of their seat, from the credentials mail.
"""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from wod.api import database as db
from wod.api import own
from wod.api.limits import spend
from wod.api.models import Customer
from wod.api.routes import rows
from wod.api.schemas import LARGEST, CustomerRow, Short
from wod.api.schemas import row as served
from wod.api.security import Sessions, caller, moderator, token_header

router = APIRouter(prefix="/api", tags=["customers"])
REFUSED = {"message": "Invalid credentials!"}


class Credentials(BaseModel):
    """Those of the seat."""

    username: Short = ""
    password: Short = ""


class Extension(Credentials):
    id: int


def proven(customer: Customer, given: Credentials) -> bool:
    """Whether an open session's seat has these credentials."""
    seat = customer.student if customer.last_email_sent not in db.CLOSED else None
    if seat is None or not seat.password or seat.username != given.username:
        return False
    return hmac.compare_digest(seat.password.encode(), given.password.encode())


def prove(request: Request, customer: Customer | None, given: Credentials) -> Customer:
    """401 for wrong credentials; wrong ones are limited like wrong passwords at the log-in."""
    bucket = request.app.state.logins
    client = spend(bucket, request)
    if customer is None or not proven(customer, given):
        raise HTTPException(401, REFUSED)
    bucket.give_back(client)
    return customer


@router.put("/customer/unregister/{number}", response_model=CustomerRow)
def unregister(
    number: rows.Number,
    request: Request,
    database: Sessions,
    token: Annotated[str | None, Depends(token_header)],
    given: Credentials | None = None,
) -> Response:
    """Ends a session: by a moderator's token, or by the credentials of its seat. One that is over stays as it is."""
    by_seat = given is not None and bool(given.username)
    if not by_seat:
        moderator(caller(request, database, token))
    with database.begin() as session:
        customer = session.get(Customer, number, with_for_update=True)
        if given is not None and by_seat:
            prove(request, customer, given)
        if customer is None:
            return rows.bad()
        own.end(session, customer, request.app.state.clock())
        return JSONResponse(served(customer, CustomerRow))


@router.post("/customer/extend", response_model=CustomerRow)
def extend(wanted: Extension, request: Request, database: Sessions) -> Response:
    """The workshop's duration once more, as often as the site allows (``extensions``)."""
    config, moment = request.app.state.config, request.app.state.clock()
    with database.begin() as session:
        known = 0 < wanted.id <= LARGEST
        found = session.get(Customer, wanted.id, with_for_update=True) if known else None
        customer = prove(request, found, wanted)
        own.extend(session, customer, config.extensions, moment)
        return JSONResponse(served(customer, CustomerRow))
