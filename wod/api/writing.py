"""What may be written to the tables, and how a change is answered.

A ``*Change`` has the fields of its ``*Row`` without those the database keeps, each of them optional, and strings for
numbers and truths, since backends send nothing but strings. The answer repeats what was sent: its ``*Echo``.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, PrivateAttr, create_model, model_validator

from wod.api.models import Base
from wod.api.schemas import CustomerRow, LocationRow, Number, Short, StudentRow, UserRow, WorkshopRow, attributes

SERVED_ONLY = ("id", "createdAt", "updatedAt")
Sent = int | float | str


class Change(BaseModel):
    """Unknown fields are ignored, as the original does; the answer repeats what was sent, see :func:`echo`."""

    model_config = ConfigDict(coerce_numbers_to_str=True)
    _sent: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _keep(cls, data: Any, handler: Any) -> Any:
        made = handler(data)
        made._sent = dict(data) if isinstance(data, dict) else {}
        return made

    @property
    def given(self) -> dict[str, Any]:
        """``{name: value}`` of the fields that were sent, as values for the database."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def _change(row: type[BaseModel], name: str, **more: Any) -> type[Change]:
    hints = get_type_hints(row, include_extras=True)
    fields: dict[str, Any] = {key: (hint | None, None) for key, hint in hints.items() if key not in SERVED_ONLY}
    wanted = {key: value for key, value in fields.items() if key in row.model_fields}
    return create_model(name, __base__=Change, **{**wanted, **more})


def _echo(row: type[BaseModel], name: str, **more: Any) -> type[BaseModel]:
    hints = {key: hint for key, hint in get_type_hints(row).items() if key in row.model_fields}
    fields: dict[str, Any] = {key: (hint if key in SERVED_ONLY else _as_sent(hint), ...) for key, hint in hints.items()}
    return create_model(name, __doc__=f"As {row.__name__}, with what was sent as it was sent.", **{**fields, **more})


def _as_sent(hint: Any) -> Any:
    """Truths and dates are answered as they are stored."""
    kinds = get_args(hint) or (hint,)
    if bool in kinds or datetime in kinds:
        return hint
    return list[Sent] | None if any(str(kind).startswith("list") for kind in kinds) else Sent | None


if TYPE_CHECKING:  # what is made while running is no type for mypy
    WorkshopChange = Change
    StudentChange = Change
    NewStudent = Change
    CustomerChange = Change
    LocationChange = Change
    UserChange = Change
else:
    WorkshopChange = _change(WorkshopRow, "WorkshopChange")
    StudentChange = _change(StudentRow, "StudentChange")
    NewStudent = _change(StudentRow, "NewStudent", id=(Number | None, None))
    CustomerChange = _change(CustomerRow, "CustomerChange")
    LocationChange = _change(LocationRow, "LocationChange")
    UserChange = _change(UserRow, "UserChange", password=(Short | None, None))
WorkshopEcho = _echo(WorkshopRow, "WorkshopEcho")
StudentEcho = _echo(StudentRow, "StudentEcho", id=(Sent, ...))
CustomerEcho = _echo(CustomerRow, "CustomerEcho")
LocationEcho = _echo(LocationRow, "LocationEcho")
UserEcho = _echo(UserRow, "UserEcho")


def write(item: Base, given: dict[str, Any]) -> None:
    names = attributes(type(item))
    for name, value in given.items():
        setattr(item, names[name], value)


def echo(served: dict[str, Any], change: Change) -> dict[str, Any]:
    """The original answers a PUT with numbers and texts as they were sent, with truths and dates as they are stored."""
    sent = {name: value for name, value in change._sent.items() if name in change.given}
    return {**served, **{name: value for name, value in sent.items() if not _as_stored(value, change.given[name])}}


def _as_stored(sent: Any, meant: Any) -> bool:
    return sent is None or isinstance(sent, bool) or isinstance(meant, bool | datetime)
