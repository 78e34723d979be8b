"""The tables of the API as far as a backend sees them (contract section 2), and how strings become values (3.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError(f"{value!r} is no boolean")


def integer(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is no integer")
    return int(value)


def text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 255:
        raise ValueError(f"{value!r} is no text of at most 255 characters")
    return value


def as_it_is(value: Any) -> Any:
    return value


_FLAGS = ["reset", "varpass", "ldap", "monoappliance", "multiappliance", "beta", "active"]
_TEXTS = [
    *("name", "notebook", "description", "sessionType", "location", "avatar"),
    *("role", "preRequisite", "workshopImg", "badgeImg", "presenter"),
]
_PERSON = ["name", "email", "company", "sessionName", "sessionType", "location", "notebook", "lastEmailSent"]
COLUMNS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "workshops": {
        **dict.fromkeys(_TEXTS, text),
        **dict.fromkeys(_FLAGS, boolean),
        **dict.fromkeys(("capacity", "priority", "replayId", "duration", "sessionId"), integer),
        **dict.fromkeys(("range", "category", "alternateLocation", "compile", "replayLink"), as_it_is),
    },
    "students": {**dict.fromkeys(("url", "username", "password", "location"), text), "assigned": boolean},
    "customers": {
        **dict.fromkeys(
            ["name", "email", "company", "sessionName", "sessionType", "location", "notebook", "lastEmailSent"], text
        ),
        **dict.fromkeys(("active", "cleaned"), boolean),
        **dict.fromkeys(("studentId", "completionPercentage", "hours", "specialBadgeId"), integer),
        **dict.fromkeys(("startDate", "endDate", "proxy"), as_it_is),
    },
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "workshops": {**dict.fromkeys(_FLAGS, False), "compile": "false", "range": [1, 20], "capacity": 20},
    "students": {"assigned": False, "password": "MyNewPassword"},
    "customers": {"active": False, "cleaned": False, "completionPercentage": 0, "lastEmailSent": None},
}


class Tables:
    """``{table: {id: row}}``."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in COLUMNS}

    def seed(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row as a test wants it; without an id it gets the next one."""
        number = int(row.get("id", max(self.rows[table], default=0) + 1))
        self.rows[table][number] = {**DEFAULTS[table], **row, "id": number}
        return self.rows[table][number]

    def update(self, table: str, number: int, fields: Any) -> dict[str, Any]:
        """The row as the original answers: values as sent, not as stored. :class:`ValueError`, :class:`KeyError`."""
        if not isinstance(fields, dict) or not fields:
            raise ValueError("no fields")
        unknown = sorted(set(fields) - set(COLUMNS[table]))
        if unknown:
            raise ValueError(f"unknown fields {unknown}")
        row = self.rows[table][number]
        row.update({name: COLUMNS[table][name](value) for name, value in fields.items()})
        return {**row, **fields}
