"""For operators: how the whole site is; and from backends: how each of them is."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.dialects.postgresql import insert
from starlette.responses import JSONResponse, Response

from wod.api.database import backends
from wod.api.overview import Overview, overview
from wod.api.routes.rows import Nothing
from wod.api.schemas import LARGEST, NO_NUL, Short, shown
from wod.api.security import Moderator, Sessions

router = APIRouter(prefix="/api", tags=["operators"])
LETTERS = 100
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Words = Annotated[str, Field(max_length=1000, pattern=NO_NUL)]
Name = Annotated[str, Path(max_length=255, pattern=NO_NUL, description="The location's name")]
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(1970, 1, 2, tzinfo=timezone.utc), le=datetime(9999, 1, 1, tzinfo=timezone.utc))
]


class Letter(BaseModel):
    """An order that was given up."""

    text: Words
    reason: Words
    since: Moment


class Report(BaseModel):
    """``waiting`` orders are not finished yet, ``dead`` given up, the newest of them in ``deadLetters``.

    ``running`` are students' servers; null where the Hub does not say.
    """

    revision: Short | None = None
    waiting: Count = 0
    dead: Count = 0
    deadLetters: list[Letter] = Field(default=[], max_length=LETTERS)
    running: Count | None = None


@router.get("/operator", response_model=Overview)
def read_overview(who: Moderator, request: Request, database: Sessions) -> Response:
    with database() as session:
        said = overview(session, File(request.app.state.config.drift), request.app.state.clock())
    return JSONResponse(said, headers={"Cache-Control": "no-store"})


@router.put("/backend/{location:path}", response_model=Nothing)
def report(location: Name, said: Report, who: Moderator, request: Request, database: Sessions) -> Response:
    """What a backend says of itself, once a minute. 400 for one that is not among the locations."""
    letters = [{**letter.model_dump(), "since": shown(letter.since)} for letter in said.deadLetters]
    values = {"seen": request.app.state.clock(), "revision": said.revision, "running": said.running}
    values |= {"waiting": said.waiting, "dead": said.dead, "letters": letters}
    row = insert(backends).values(location=location, **values)
    with database.begin() as session:
        session.execute(row.on_conflict_do_update(index_elements=["location"], set_=values))
    return JSONResponse({})
