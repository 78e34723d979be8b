"""A workshop as the catalogue knows it: the typed content of its ``wod.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from wod.workshops.keys import KEYS, meant_span
from wod.workshops.wodyml import WodYml

FLAGS = ("reset", "ldap", "varpass", "monoappliance", "multiappliance", "beta")


@dataclass(frozen=True)
class Workshop:
    """One entry of the catalogue (contract section 13). What could not be read has its default.

    ``directory`` is what the database calls ``notebook``. ``range`` are local student numbers, both included, None when
    there is none. ``capacity`` is in seats, ``duration`` in hours. ``compile`` are names of scripts. ``lines`` tells
    the line of each key that the file has.
    """

    directory: str
    path: Path
    name: str
    description: str
    active: bool
    capacity: int
    priority: int
    range: tuple[int, int] | None
    reset: bool
    ldap: bool
    varpass: bool
    compile: tuple[str, ...]
    beta: bool
    monoappliance: bool
    multiappliance: bool
    replayId: int
    workshopImg: str
    badgeImg: str
    category: tuple[str, ...]
    duration: int
    presenter: str
    role: str
    avatar: str
    replayLink: str
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def seats(self) -> int:
        """How many students its range has."""
        return self.range[1] - self.range[0] + 1 if self.range else 0

    @property
    def flags(self) -> tuple[str, ...]:
        """The names of the flags that are set."""
        return tuple(name for name in FLAGS if getattr(self, name))

    def line(self, key: str) -> int:
        return self.lines.get(key, 1)

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON, under the names of ``wod.yml``."""
        shown = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "lines"}
        return {**shown, "path": str(self.path), "seats": self.seats}


def workshop_of(file: WodYml, directory: str) -> Workshop:
    """The typed content of a file; the linter says what was wrong with it."""
    values = {name: _value(file, name) for name in KEYS}
    return Workshop(directory, file.path, **values, lines={name: each.line for name, each in file.values.items()})


def _value(file: WodYml, name: str) -> Any:
    key = KEYS[name]
    if name not in file.values:
        return key.default
    content = file.values[name].content
    try:
        return key.read(content)
    except (ValueError, KeyError):
        return meant_span(content) if name == "range" else key.default
