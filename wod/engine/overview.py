"""What is queued, under way and dead, and an operator's hand in it, whether or not a worker runs."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wod.engine import durable, intake, trace
from wod.engine.carry import describe
from wod.engine.config import Worker as Config
from wod.engine.journal import Folder, folders, progress
from wod.engine.request import Request
from wod.engine.state import State
from wod.engine.text import utc

Row = dict[str, Any]


class NotPossible(Exception):
    """An operator's wish that cannot be met: one sentence. ``known`` is false for an id that nobody has."""

    def __init__(self, text: str, known: bool = True) -> None:
        super().__init__(text)
        self.known = known


def rows(config: Config) -> list[Row]:
    """All requests, oldest first: the request's fields, ``state``, ``reason``, ``due`` (seconds since 1970 or 0)."""
    state = State(Path(config.state))
    found = [_row(request, "new") for request in _fresh(config)]
    found += [row for folder in folders(state.active) if (row := _active(folder))]
    found += [dead(folder) for folder in folders(state.dead)]
    return sorted({row["id"]: row for row in found}.values(), key=lambda row: str(row["id"]))


def _row(request: Request, state: str, reason: str = "", due: float = 0.0) -> Row:
    return {**asdict(request), "state": state, "reason": reason, "due": due, "text": describe(request)}


def _fresh(config: Config) -> list[Request]:
    found: list[Request] = []
    if intake.untouched(Path(config.queue)):
        return found
    with intake.opened(Path(config.queue)) as new:
        for name in intake.names(new):
            try:
                found.append(intake.read(new, name, config.first, config.last))
            except (ValueError, FileNotFoundError):
                continue  # the worker removes it, and says so
    return found


def _active(folder: Folder) -> Row | None:
    try:
        now, request = progress(folder.events), folder.request
        state = "running" if busy(folder) else "retry" if now.due > time.time() else "waiting"
    except FileNotFoundError:
        return None  # finished meanwhile
    return _row(request, state, now.reason, now.due if state == "retry" else 0.0)


def dead(folder: Folder) -> Row:
    try:
        return _row(folder.request, "dead", progress(folder.events).reason)
    except (OSError, ValueError) as error:
        return {"id": folder.id, "state": "dead", "reason": f"damaged: {error}", "due": 0.0, "text": "unreadable"}


def busy(folder: Folder) -> bool:
    """Whether a worker is at it."""
    try:
        with durable.locked(folder.path, wait=False):
            return False
    except BlockingIOError:
        return True


def text(row: Row) -> str:
    due = f", next try {utc(row['due'])}" if row["due"] else ""
    reason = f": {row['reason']}" if row["reason"] else ""
    return f"{row['id']}  {row['state']:<7}  {row['text']}{due}{reason}"


def find(config: Config, identity: str) -> tuple[Row, list[dict[str, Any]]]:
    """A request's row and its journal."""
    for row in rows(config):
        if row["id"] == identity:
            state = State(Path(config.state))
            parent = state.dead if row["state"] == "dead" else state.active
            return row, Folder(parent / identity).events
    raise NotPossible(f"there is no request {identity}; `wod-engine queue list` shows them all", known=False)


def retry(config: Config, identity: str) -> None:
    """Bring a dead letter back; its journal stays, and goes on."""
    state, row = State(Path(config.state)), find(config, identity)[0]
    if row["state"] != "dead":
        raise NotPossible(f"{identity} is no dead letter (it is {row['state']}) and needs no retry")
    if "verb" not in row:
        raise NotPossible(f"{identity} is {row['reason']}; drop it and send the order again")
    Folder(state.dead / identity).revive(state.active)


def drop(config: Config, identity: str) -> None:
    """Remove a request that nobody is at."""
    state, row = State(Path(config.state)), find(config, identity)[0]
    if row["state"] == "new":
        _drop_new(config, state, identity)
        return
    folder = Folder((state.dead if row["state"] == "dead" else state.active) / identity)
    try:
        with durable.locked(folder.path, wait=False):
            _drop_folder(state, folder)
    except BlockingIOError:
        raise NotPossible(f"{identity} is being carried out and cannot be dropped; try again when it waits") from None
    except FileNotFoundError:
        raise NotPossible(f"{identity} was finished meanwhile") from None


def _drop_folder(state: State, folder: Folder) -> None:
    try:
        folder.note("dropped", step="drop", reason="dropped by an operator")
        trace.write(state.trace, folder.request, folder.events)
    except ValueError:
        pass  # damaged: there is nothing to tell of it
    folder.remove()


def _drop_new(config: Config, state: State, identity: str) -> None:
    """The worker may be about to take it, so only with its lock."""
    with durable.locked(state.intake), intake.opened(Path(config.queue)) as new:
        try:
            request = intake.read(new, identity, config.first, config.last)
        except FileNotFoundError:
            raise NotPossible(f"{identity} was taken by the worker meanwhile; try again") from None
        event = {"event": "dropped", "time": time.time(), "step": "drop", "reason": "dropped by an operator"}
        trace.write(state.trace, request, [event])
        intake.remove(new, identity)


def of_student(config: Config, student: int) -> dict[str, Any]:
    """What happened to a seat: ``done`` (lines of the trace), ``open`` (rows of what is still to be done or dead)."""
    state = State(Path(config.state))
    lines = trace.of_student(state.trace, student)
    for folder in folders(state.active):
        try:
            request = folder.request
            lines += trace.lines(request, folder.events) if student in request.students else []
        except FileNotFoundError:
            continue
    rows_ = [row for row in rows(config) if "first" in row and row["first"] <= student <= row["last"]]
    return {"student": student, "done": sorted(lines, key=lambda line: float(line["time"])), "open": rows_}
