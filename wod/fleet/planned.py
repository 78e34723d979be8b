"""In a host's own process, after all operations said what they would run: files' old texts, and who is affected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pyinfra import host

from wod.facts.students import HubUsers
from wod.facts.texts import FileTexts
from wod.fleet import diffs
from wod.fleet.notes import REFUSED, Note, Notebook
from wod.fleet.result import Change
from wod.hub import Hub
from wod.inventory import settings_of
from wod.secrets import gather
from wod.settings import Settings

HUB = "jupyterhub.service"


def detailed(book: Notebook, rehearsed: Iterable[tuple[str, Change]]) -> Iterator[Change]:
    """The changes of the current host, each with what its operation noted.

    ``rehearsed`` gives ``(operation hash, change)``. All old texts are fetched by one command.
    """
    found = list(rehearsed)
    notes = [book.of(operation) for operation, _ in found]
    paths = sorted({each.path for note in notes for each in note.files.values() if each.fetch})
    old = (_extra(FileTexts, paths=paths) if paths else None) or {}
    hidden = secrets_of(settings_of(host)) if found else {}
    for note, (operation, change) in zip(notes, found, strict=True):
        yield replace(_with(change, note, old, hidden), follows=_follows(note, operation))


def _follows(note: Note, operation: str) -> bool:
    """Restarts foreseen, operations with a condition, and facts that an earlier operation makes readable."""
    conditional = bool(host.state.get_op_data_for_host(host, operation).global_arguments.get("_if"))
    unreadable = any(text.startswith(f"{REFUSED}could not") for text in note.said)
    return note.follows or conditional or unreadable


def _with(change: Change, note: Note, old: dict[str, str], hidden: dict[str, str]) -> Change:
    return replace(
        change,
        diff=diffs.of_files(note.files.values(), old, hidden),
        restarts=tuple(note.restarts),
        remarks=tuple(diffs.masked(text, hidden) for text in note.said),
        people=sum((_extra(HubUsers, hub=Hub.access) or {}).values()) if HUB in note.restarts else 0,
    )


def _extra(fact: type, **arguments: Any) -> Any:
    """A fact that adds to a plan: without it, the plan is still true."""
    return host.get_fact(fact, **arguments, _ignore_errors=True)


def secrets_of(settings: Settings) -> dict[str, str]:
    """``{name: value}`` of all secrets that the settings hold."""
    found: dict[str, str] = {}
    gather(settings.as_data(), found)
    return found
