"""Who calls: passwords, access tokens, roles (contract section 3.1).

A token is a JWT (HS256, ``{id, iat, exp}``) in the header ``x-access-token``. It names an account; roles are read from
the database on each call, so that a role taken away, or an account deleted, counts at once.
"""

from __future__ import annotations

import hmac
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
LONGEST_SESSION = 12 * 3600
"""Seconds after a log-in for which its tokens are renewed."""
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


def make_token(config: Api, user: int, clock: Clock, **more: int | str) -> str:
    """``more`` are further claims."""
    moment = int(clock().timestamp())
    claims = {"id": user, "iat": moment, "exp": moment + config.token_life, **more}
    return jwt.encode(claims, config.token_key, ALGORITHM)


def renewed(config: Api, token: str, stored: str | None, clock: Clock) -> str | None:
    """Another token for one that is good; ``None`` from :data:`LONGEST_SESSION` on, or with a new password.

    ``stored`` is the password's hash as it is now. The claims ``auth_time`` and ``seal`` say when the account
    logged in, and with which password; a token of the log-in itself has neither, for it is new.
    """
    claims = claims_of(config, token, clock)
    if claims is None:
        return None
    began = claims.get("auth_time", claims["iat"])
    seal = hmac.new(config.token_key.encode(), f"seal {claims['id']} {stored}".encode(), "sha256").hexdigest()[:16]
    if claims.get("seal", seal) != seal or clock().timestamp() >= began + LONGEST_SESSION:
        return None
    return make_token(config, claims["id"], clock, auth_time=began, seal=seal)


def account(config: Api, token: str, clock: Clock) -> int | None:
    """The account's id, ``None`` for a token that is forged, unsigned, malformed or over."""
    claims = claims_of(config, token, clock)
    return int(claims["id"]) if claims else None


def claims_of(config: Api, token: str, clock: Clock) -> dict[str, Any] | None:
    """What a good token says; ``None`` as :func:`account`."""
    checks: Any = {"require": ["id", "iat", "exp"], "verify_exp": False, "verify_iat": False}
    try:
        claims: dict[str, Any] = jwt.decode(token, config.token_key, algorithms=[ALGORITHM], options=checks)
    except jwt.InvalidTokenError:
        return None
    user, until = claims["id"], claims["exp"]
    sound = type(user) is int and 0 < user <= LARGEST and isinstance(until, int | float)
    return claims if sound and clock().timestamp() < until else None


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
