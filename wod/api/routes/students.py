"""Seats on the backends."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from wod.api.models import Student
from wod.api.routes import rows
from wod.api.schemas import StudentRow
from wod.api.security import Admin, Anyone, Caller, Moderator, Sessions
from wod.api.writing import NewStudent, StudentChange, StudentEcho

router = APIRouter(prefix="/api", tags=["students"])


def visible(served: dict[str, Any] | None, who: Caller) -> dict[str, Any] | None:
    """Passwords are for those who hand them out; the field stays, empty."""
    return served if served is None or who.moderates else {**served, "password": None}


@router.get("/students", response_model=list[StudentRow])
def list_students(who: Anyone, database: Sessions) -> Response:
    return JSONResponse([visible(each, who) for each in rows.listing(database, Student, StudentRow)])


@router.get("/students/{number}", response_model=StudentRow)
def read_student(number: rows.Number, who: Anyone, database: Sessions) -> Response:
    return rows.found(visible(rows.one(database, Student, StudentRow, number), who), "Student")


@router.post("/student", response_model=StudentEcho)
def create_student(wanted: NewStudent, who: Admin, database: Sessions) -> Response:
    return rows.create(database, Student, StudentRow, wanted)


@router.put("/student/{number}", response_model=StudentEcho)
def change_student(number: rows.Number, wanted: StudentChange, who: Moderator, database: Sessions) -> Response:
    return rows.change(database, Student, StudentRow, number, wanted)


@router.delete("/student/{number}", response_model=rows.Nothing)
def delete_student(number: rows.Number, who: Admin, database: Sessions) -> Response:
    return rows.remove(database, Student, number)
