"""The API: what the original answers, from FastAPI and PostgreSQL (contract sections 2 and 3).

Where it differs from the original: docs/reference/api-differences.md.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response

from wod.api import database, links, page
from wod.api.access import Access, Counters
from wod.api.clock import Clock, now
from wod.api.config import Api
from wod.api.limits import BodyLimit, Bucket
from wod.api.routes import customers, locations, my, operator, service, sessions, students, users, workshops
from wod.api.security import HEADER, check_key

log = logging.getLogger("wod.api")
AWAY = {"message": "The database does not answer. Please try again later"}
TITLE, VERSION = "Workshops-on-Demand", "1"
JSON, TEXT = {"application/json": {"schema": {"type": "object"}}}, {"text/html": {"schema": {"type": "string"}}}
ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "Not there, or not acceptable", "content": {**JSON, **TEXT}},
    401: {"description": "Not authenticated", "content": JSON},
    403: {"description": "No token, or not the role for it", "content": JSON},
    413: {"description": "The body is too large", "content": JSON},
    429: {"description": "Too many requests", "content": JSON},
    503: {"description": "The database does not answer", "content": JSON},
}


def create_app(config: Api, clock: Clock = now) -> FastAPI:
    """:class:`ValueError` for a configuration with which nothing would be safe. The database may be away yet."""
    check_key(config.token_key)
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        openapi_url="/swagger.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        responses=ERRORS,
        generate_unique_id_function=lambda route: f"{route.name}:{route.path_format}",
    )
    _state(app, config, clock)
    _routes(app)
    _errors(app)
    _middleware(app, config)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.engine.dispose()


def _state(app: FastAPI, config: Api, clock: Clock) -> None:
    app.state.config, app.state.clock, app.state.counters = config, clock, Counters()
    app.state.engine = database.engine(config.database)
    app.state.sessions = database.sessions(app.state.engine)
    app.state.logins, app.state.registrations = Bucket(config.login_rate), Bucket(config.registration_rate)
    app.state.guesses = Bucket(config.login_rate)


def _routes(app: FastAPI) -> None:
    for module in (service, users, workshops, students, sessions, customers, locations, my, operator):
        app.include_router(module.router)
    app.include_router(service.gone)
    page.add(app)
    app.add_api_route("/api/swagger.json", lambda: JSONResponse(app.openapi()), include_in_schema=False)


def _middleware(app: FastAPI, config: Api) -> None:
    """The last one added is the outermost."""
    app.add_middleware(BodyLimit, limit=config.body_limit)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(config.origins),
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=[HEADER, links.HEADER, "content-type", "x-request-id"],
        expose_headers=["x-request-id"],
    )
    app.add_middleware(Access, counters=app.state.counters)


def _errors(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    for refused in (IntegrityError, DataError):
        app.add_exception_handler(refused, _unacceptable)
    for away in (OperationalError, TimeoutError):
        app.add_exception_handler(away, _away)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said: Any = error.detail
    return JSONResponse(said if isinstance(said, dict) else {"message": said}, error.status_code, error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    """The original answers 400 to what FastAPI would answer 422, and never repeats what was sent."""
    assert isinstance(error, RequestValidationError)
    faults = [f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}".lstrip(": ") for fault in error.errors()]
    return JSONResponse({"error": "; ".join(faults[:5])}, 400)


async def _unacceptable(request: Request, error: Exception) -> Response:
    """What the tables' own rules refuse. Why is for the log alone: it speaks SQL."""
    log.info("refused by the database: %s", str(getattr(error, "orig", error)).splitlines()[0])
    return JSONResponse({"error": {}}, 400)


async def _away(request: Request, error: Exception) -> Response:
    log.error("the database does not answer: %s", str(getattr(error, "orig", error)).splitlines()[0])
    return JSONResponse(AWAY, 503, {"Retry-After": "5"})


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, without the 422 that FastAPI writes to every route and that is never answered here."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes, description=__doc__)
        for methods in made["paths"].values():
            for operation in methods.values():
                operation["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            made.get("components", {}).get("schemas", {}).pop(name, None)
        app.openapi_schema = made
    return app.openapi_schema
