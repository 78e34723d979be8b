"""What the API takes and serves, in the original's names and order of keys (contract section 2).

A ``*Row`` is what is served; what may be written is in :mod:`wod.api.writing`.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated, Any

from pydantic import BaseModel, Field, WithJsonSchema
from sqlalchemy import inspect

from wod.api.models import Base

LARGEST = 2**31 - 1
"""PostgreSQL's integer."""


def _or_text(kind: str, pattern: str) -> WithJsonSchema:
    schema = {"anyOf": [{"type": kind}, {"type": "string", "pattern": pattern}]}
    return WithJsonSchema(schema, mode="validation")


NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores no NUL in a text."""
Number = Annotated[int, Field(ge=-LARGEST - 1, le=LARGEST), _or_text("integer", "^-?[0-9]{1,9}$")]
Truth = Annotated[bool, _or_text("boolean", "^(true|false)$")]
Short = Annotated[str, Field(max_length=255, pattern=NO_NUL)]
Long = Annotated[str, Field(pattern=NO_NUL)]


class WorkshopRow(BaseModel):
    id: int
    name: Short | None
    notebook: Short | None
    description: Long | None
    capacity: Number | None
    priority: Number | None
    range: list[Number] | None
    reset: Truth
    varpass: Truth
    ldap: Truth
    monoappliance: Truth | None
    multiappliance: Truth | None
    beta: Truth | None
    sessionId: Number | None
    sessionType: Short | None
    location: Short | None
    avatar: Short | None
    role: Short | None
    preRequisite: Long | None
    compile: Short | None
    replayLink: Long | None
    active: Truth
    workshopImg: Short | None
    badgeImg: Short | None
    replayId: Number | None
    category: list[Long] | None
    alternateLocation: list[Long] | None
    duration: Number | None
    presenter: Short | None
    createdAt: datetime | None
    updatedAt: datetime


class ListedWorkshop(WorkshopRow):
    """``popular``: among the ten names with the most registrations."""

    popular: bool


class StudentRow(BaseModel):
    """``password`` is null for whoever is neither moderator nor admin."""

    id: int
    url: Short | None
    username: Short | None
    password: Short | None
    location: Short | None
    assigned: Truth
    createdAt: datetime | None
    updatedAt: datetime


class CustomerRow(BaseModel):
    """``name``, ``email`` and ``company`` are null for whoever is neither moderator nor admin."""

    id: int
    name: Short | None
    email: Short | None
    company: Short | None
    sessionName: Short | None
    sessionType: Short | None
    location: Short | None
    proxy: Short | None
    active: Truth
    cleaned: Truth
    lastEmailSent: Short | None
    notebook: Short | None
    hours: Number | None
    startDate: datetime
    specialBadgeId: Number | None
    completionPercentage: Number | None
    endDate: datetime
    createdAt: datetime | None
    updatedAt: datetime
    studentId: Number | None


class LocationRow(BaseModel):
    id: int
    name: Short | None
    basestdid: Number | None
    proto: Short | None
    port: Short | None
    createdAt: datetime | None
    updatedAt: datetime


class UserRow(BaseModel):
    """Without the password's hash, which the original serves."""

    id: int
    username: Short | None
    email: Short | None
    createdAt: datetime | None
    updatedAt: datetime
    roleId: Number | None


class BadgeRow(BaseModel):
    """``updatedAt`` is the text that the original stores."""

    id: int
    name: str | None
    title: str | None
    description: str | None
    badgeImg: str | None
    createdAt: datetime | None
    updatedAt: str | None


def shown(value: Any) -> Any:
    """Dates as JavaScript prints them: ``2026-11-23T17:15:53.445Z``."""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def attributes(model: type[Base]) -> dict[str, str]:
    """``{column's name: attribute's name}``."""
    return {prop.columns[0].name: prop.key for prop in inspect(model).column_attrs}


def row(item: Base, schema: type[BaseModel]) -> dict[str, Any]:
    """``item`` as it is served."""
    names = attributes(type(item))
    return {name: shown(getattr(item, names[name])) for name in schema.model_fields if name in names}
