"""Who calls: passwords, access tokens, roles (contract section 3.1).

A token is a JWT (HS256, ``{id, iat, exp}``) in the header ``x-access-token``. It names an account; roles are read from
the database on each call, so that a role taken away, or an account deleted, counts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import bcrypt
import jwt
from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyHeader
from sqlalchemy.orm import Session, selectinload, sessionmaker

from wod.api.clock import Clock
from wod.api.config import Api
from wod.api.models import User
from wod.api.schemas import LARGEST

HEADER = "x-access-token"
ALGORITHM = "HS256"
COST = 12
LONGEST_PASSWORD = 72
"""Bytes; bcrypt reads no more."""
NOBODY = b"$2b$12$C6UzMDM.H6dfI/f/IKcEe.4WqDA1Dmt8k2aUL7bVnY9Y8dC3Qv2tK"
"""Compared with when there is no such account, so that the answer takes as long."""
PUBLISHED = "workshops-secret-key"
"""The original's key, which everybody can read in its repository."""
token_header = APIKeyHeader(name=HEADER, auto_error=False, description="The accessToken of POST /api/login")


@dataclass(frozen=True)
class Caller:
    id: int
    roles: frozenset[str]

    @property
    def moderates(self) -> bool:
        return bool(self.roles & {"moderator", "admin"})


def check_key(key: str) -> None:
    """:class:`ValueError` for a key with which anybody could sign."""
    if not key or key == PUBLISHED:
        raise ValueError("token_key must be a secret of this site; `wod secrets` makes one")


def hashed(password: str) -> str:
    """:class:`ValueError` for what bcrypt cannot hash whole."""
    raw = password.encode()
    if len(raw) > LONGEST_PASSWORD or b"\0" in raw:
        raise ValueError(f"a password has at most {LONGEST_PASSWORD} bytes, none of them NUL")
    return bcrypt.hashpw(raw, bcrypt.gensalt(COST)).decode()


def matches(password: str, stored: str | None) -> bool:
    """Also for ``$2a$`` of PostgreSQL's pgcrypto; ``False``, as slowly, for an account that has no usable password."""
    raw = password.encode()[:LONGEST_PASSWORD]
    try:
        return bcrypt.checkpw(raw, (stored or "").encode())
    except ValueError:
        bcrypt.checkpw(raw.replace(b"\0", b"?"), NOBODY)
        return False


def make_token(config: Api, user: int, clock: Clock) -> str:
    moment = int(clock().timestamp())
    return jwt.encode({"id": user, "iat": moment, "exp": moment + config.token_life}, config.token_key, ALGORITHM)


def account(config: Api, token: str, clock: Clock) -> int | None:
    """The account's id, ``None`` for a token that is forged, unsigned, malformed or over."""
    checks: Any = {"require": ["id", "iat", "exp"], "verify_exp": False, "verify_iat": False}
    try:
        claims = jwt.decode(token, config.token_key, algorithms=[ALGORITHM], options=checks)
    except jwt.InvalidTokenError:
        return None
    user, until = claims["id"], claims["exp"]
    sound = type(user) is int and 0 < user <= LARGEST and isinstance(until, int | float)
    return user if sound and clock().timestamp() < until else None


def role_names(user: User) -> list[str]:
    return [role.name for role in sorted(user.roles, key=lambda role: role.id) if role.name]


def sessions(request: Request) -> sessionmaker[Session]:
    made: sessionmaker[Session] = request.app.state.sessions
    return made


Sessions = Annotated[sessionmaker[Session], Depends(sessions)]


def caller(request: Request, database: Sessions, token: Annotated[str | None, Depends(token_header)]) -> Caller:
    """403 without a token, 401 with one that is not good. Its connection is given back before the route runs."""
    if not token:
        raise HTTPException(403, {"message": "No token provided!"})
    number = account(request.app.state.config, token, request.app.state.clock)
    with database() as session:
        user = session.get(User, number, options=[selectinload(User.roles)]) if number else None
        if user is None:
            raise HTTPException(401, {"message": "Unauthorized!"})
        return Caller(user.id, frozenset(role_names(user)))


def needs(roles: Iterable[str], refusal: str) -> Callable[[Caller], Caller]:
    wanted = frozenset(roles)

    def check(who: Annotated[Caller, Depends(caller)]) -> Caller:
        if not who.roles & wanted:
            raise HTTPException(403, {"message": refusal})
        return who

    return check


moderator = needs(("moderator", "admin"), "Require Moderator or Admin Role!")
admin = needs(("admin",), "Require Admin Role!")
Anyone = Annotated[Caller, Depends(caller)]
Moderator = Annotated[Caller, Depends(moderator)]
Admin = Annotated[Caller, Depends(admin)]
