"""What all areas of a modelled host are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

Answer = list[str]


@dataclass
class Area:
    """``failing`` are the names of methods that fail, ``log`` all commands that changed something.

    A command's method takes its arguments and its stdin. One whose name begins with ``read_`` changes nothing.
    """

    distribution: str = "debian12"
    failing: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    clock: int = 1000


class Commands(NamedTuple):
    """The names of an area's methods, by the commands that they stand for."""

    scripts: dict[str, str] = {}
    """By a shell script's whole text."""
    fragments: dict[str, str] = {}
    """By what no other script holds, for one without a text of its own."""
    programs: dict[tuple[str, str], str] = {}
    """By a program of ``wod/remote`` and its first argument, where ``""`` is any."""
    tools: dict[str, str] = {}
    """By the first word of a command that needs no shell."""
