"""Accounts of the API, and the log-in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from wod.api.limits import spend
from wod.api.models import Role, User
from wod.api.registration import Line
from wod.api.routes import rows
from wod.api.schemas import NO_NUL, UserRow
from wod.api.security import (
    Admin,
    Anyone,
    Sessions,
    admin,
    caller,
    hashed,
    make_token,
    matches,
    renewed,
    role_names,
    token_header,
)
from wod.api.writing import UserChange, UserEcho

router = APIRouter(prefix="/api", tags=["users"])
ACCOUNTS_LOCK = 0x776F66
"""Two accounts are made one after the other, so that no name or address is given twice."""
Password = Annotated[str, Field(min_length=1, max_length=255, pattern=NO_NUL)]


class Login(BaseModel):
    username: str = Field(pattern=NO_NUL)
    password: str


class LoggedIn(BaseModel):
    id: int
    username: str
    email: str | None
    roles: list[str]
    accessToken: str


class Renewed(BaseModel):
    accessToken: str


class NewUser(BaseModel):
    username: Annotated[Line, Field(min_length=1)]
    email: Annotated[Line, Field(min_length=1)]
    password: Password
    roles: list[str] | None = None


class Message(BaseModel):
    message: str


@router.post("/login", response_model=LoggedIn, responses={404: {"model": Message}})
def log_in(wanted: Login, request: Request, database: Sessions) -> Response:
    """An access token, for the header ``x-access-token``. A log-in that succeeds does not count against the limit."""
    state = request.app.state
    client = spend(state.logins, request)
    with database() as session:
        user = session.scalar(select(User).where(User.username == wanted.username).order_by(User.id).limit(1))
        roles = role_names(user) if user else []
    right = matches(wanted.password, user.password if user else None)
    if user is None:
        return JSONResponse({"message": "User Not found."}, 404)
    if not right:
        return JSONResponse({"accessToken": None, "message": "Invalid Password!"}, 401)
    state.logins.give_back(client)
    said: dict[str, Any] = {"id": user.id, "username": user.username, "email": user.email}
    token = make_token(state.config, user.id, state.clock)
    return JSONResponse({**said, "roles": [f"ROLE_{name.upper()}" for name in roles], "accessToken": token})


@router.post("/refresh", response_model=Renewed)
def refresh(
    who: Anyone, request: Request, database: Sessions, token: Annotated[str | None, Depends(token_header)]
) -> Response:
    """Another access token for one that is still good, for twelve hours after the log-in; then 401."""
    with database() as session:
        user = session.get(User, who.id)
    state = request.app.state
    made = renewed(state.config, token or "", user.password if user else None, state.clock)
    if made is None:
        raise HTTPException(401, {"message": "Please log in again"})
    return JSONResponse({"accessToken": made}, headers={"Cache-Control": "no-store"})


@router.post("/user", response_model=Message)
def sign_up(
    wanted: NewUser, request: Request, database: Sessions, token: Annotated[str | None, Depends(token_header)]
) -> Response:
    """An account with the role ``user``; with other roles only by an admin."""
    if wanted.roles:
        admin(caller(request, database, token))
    spend(request.app.state.registrations, request)
    secret = _hashed(wanted.password)
    with database.begin() as session:
        refusal = _create(session, wanted, secret)
    said = f"Failed! {refusal}" if refusal else "User was registered successfully!"
    return JSONResponse({"message": said}, 400 if refusal else 200)


def _hashed(password: str) -> str:
    try:
        return hashed(password)
    except ValueError as error:
        raise HTTPException(400, {"message": f"Failed! {error}"}) from error


def _create(session: Session, wanted: NewUser, secret: str) -> str:
    """Why it is refused; empty when the account was made."""
    session.execute(select(func.pg_advisory_xact_lock(ACCOUNTS_LOCK, 0)))
    if session.scalar(select(User.id).where(User.username == wanted.username).limit(1)):
        return "Username is already in use!"
    if session.scalar(select(User.id).where(User.email == wanted.email).limit(1)):
        return "Email is already in use!"
    roles = {role.name: role for role in session.scalars(select(Role).order_by(Role.id.desc()))}
    names = list(dict.fromkeys(wanted.roles or (["user"] if "user" in roles else [])))
    unknown = next((name for name in names if name not in roles), None)
    if unknown is not None:
        return f"Role does not exist = {unknown}"
    made = [roles[name] for name in names]
    session.add(User(username=wanted.username, email=wanted.email, password=secret, roles=made))
    return ""


@router.get("/users", response_model=list[UserRow])
def list_users(who: Admin, database: Sessions) -> Response:
    return JSONResponse(rows.listing(database, User, UserRow))


@router.get("/users/{number}", response_model=UserRow)
def read_user(number: rows.Number, who: Admin, database: Sessions) -> Response:
    return rows.found(rows.one(database, User, UserRow, number), "User")


@router.put("/user/{number}", response_model=UserEcho)
def change_user(number: rows.Number, wanted: UserChange, who: Admin, database: Sessions) -> Response:
    """A password is hashed before it is stored, and no answer has it."""
    password = wanted.given.get("password")
    if password is not None:
        wanted.password = _hashed(password)  # type: ignore[attr-defined]
    wanted._sent.pop("password", None)
    return rows.change(database, User, UserRow, number, wanted)


@router.delete("/user/{number}", response_model=rows.Nothing)
def delete_user(number: rows.Number, who: Admin, database: Sessions) -> Response:
    return rows.remove(database, User, number)
