"""A workshop as the API's table has it: what it needs from a backend."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


def _flag(value: object) -> bool:
    return value is True or str(value).lower() == "true"


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


@dataclass(frozen=True)
class Workshop:
    """``first`` is the first student of its range. ``compile`` are names of scripts; often `false`, which is none."""

    id: int | None = None
    reset: bool = False
    ldap: bool = False
    varpass: bool = False
    monoappliance: bool = False
    multiappliance: bool = False
    compile: tuple[str, ...] = ()
    first: int | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Workshop:
        """From a row of ``GET /workshops``; flags may be strings."""
        flags = {name: _flag(row.get(name)) for name in ("reset", "ldap", "varpass", "monoappliance", "multiappliance")}
        names = [name.strip() for name in str(row.get("compile") or "").split(",")]
        seats = row.get("range")
        first = _number(seats[0]) if isinstance(seats, list) and seats else None
        return cls(_number(row.get("id")), **flags, compile=tuple(filter(None, names)), first=first)

    def dump(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def load(cls, text: str) -> Workshop:
        values = json.loads(text)
        return cls(**{**values, "compile": tuple(values["compile"])})


def find(rows: Iterable[Mapping[str, Any]], notebook: str) -> Workshop | None:
    """The workshop that an order names; a challenge is a row of its own."""
    return next((Workshop.of(row) for row in rows if row.get("notebook") == notebook), None)
