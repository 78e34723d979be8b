"""What a command means: the tables of all areas, and how one is found in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.modules.model import (
    content,
    database,
    environments,
    files,
    firewall,
    packages,
    services,
    students,
    system,
    webserver,
)
from tests.modules.model.area import Commands
from wod import remote

AREAS = (content, database, environments, files, firewall, packages, services, students, system, webserver)


def _joined(tables: Iterable[Mapping]) -> dict:
    """One table of all; no area may take what another has."""
    entries = [entry for table in tables for entry in table.items()]
    joined = dict(entries)
    assert len(joined) == len(entries), sorted(str(key)[:60] for key, _ in entries)
    return joined


TABLES: list[Commands] = [area.COMMANDS for area in AREAS]
SCRIPTS = {text.strip(): name for text, name in _joined(table.scripts for table in TABLES).items()}
FRAGMENTS = _joined(table.fragments for table in TABLES)
PROGRAMS = _joined(table.programs for table in TABLES)
TOOLS = _joined(table.tools for table in TABLES)
BY_SOURCE = {remote.source(program): program for program, _ in PROGRAMS}


def meaning(words: list[str]) -> tuple[str, list[str]]:
    """The method that a command stands for, and its arguments; ``stock`` for one that is not ours."""
    if words[:2] == ["sh", "-euc"]:
        text, arguments = words[2], words[4:]
        if text in SCRIPTS:
            return SCRIPTS[text], arguments
        return next(name for part, name in FRAGMENTS.items() if part in text), arguments
    if words[:2] == ["sh", "-c"] and words[3] == "wod":
        return "refuse", words[4:]
    if words[0] == "python3":
        program, arguments = BY_SOURCE[words[3]], words[4:]
        return PROGRAMS.get((program, arguments[0])) or PROGRAMS[program, ""], arguments
    return (TOOLS[words[0]], words[1:]) if words[0] in TOOLS else ("stock", words)
