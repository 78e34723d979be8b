"""What happened to each seat: ``trace/student<N>.jsonl``, a line for each step.

A line is an object: ``time`` (seconds since 1970, when the step ended), ``id``, ``verb``, ``workshop``, ``customer``,
``step``, ``seconds`` (of the try that succeeded), ``tries``, ``outcome`` (``done``, ``dead``, ``dropped``), ``remark``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from wod.engine import durable
from wod.engine.journal import Event
from wod.engine.request import Request
from wod.engine.text import one_line, utc

KEPT = 5000
"""Lines."""
BOUND = 2 * 1024 * 1024
"""Bytes at which the oldest lines go; half of it stays at most."""
OUTCOMES = {"finished": "done", "dead": "dead", "dropped": "dropped"}


def path(folder: Path, student: int) -> Path:
    return folder / f"student{student}.jsonl"


def lines(request: Request, events: list[Event]) -> list[dict[str, Any]]:
    """The trace of a request, from its journal."""
    about = {"id": request.id, "verb": request.verb, "workshop": request.workshop, "customer": request.customer}
    return [{"time": event["time"], **about, **_step(event)} for event in events if event.get("event") in OUTCOMES]


def _step(event: Event) -> dict[str, Any]:
    return {
        "step": event.get("step", ""),
        "seconds": event.get("seconds", 0.0),
        "tries": event.get("tries", 0),
        "outcome": OUTCOMES[event["event"]],
        "remark": event.get("remark") or event.get("reason") or "",
    }


def write(folder: Path, request: Request, events: list[Event]) -> None:
    """To the trace of each of its students. Lines that are there, since a power cut came after them, stay single."""
    for student in request.students:
        target = path(folder, student)
        known = {(line.get("id"), line.get("time"), line.get("step")) for line in _recent(target)}
        fresh = [line for line in lines(request, events) if (line["id"], line["time"], line["step"]) not in known]
        if fresh:
            durable.append(target, fresh)
            _rotate(target)


def _recent(target: Path, size: int = 65536) -> list[dict[str, Any]]:
    """The last lines, about as many as one request has at most."""
    try:
        with target.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - size))
            text = stream.read().decode(errors="replace")
    except FileNotFoundError:
        return []
    return [found for line in text.split("\n") if (found := durable.entry(line)) is not None]


def _rotate(target: Path) -> None:
    if target.stat().st_size > BOUND:
        kept = target.read_text(errors="replace").splitlines(keepends=True)[-KEPT:]
        while sum(map(len, kept)) > BOUND // 2:
            kept = kept[len(kept) // 4 + 1 :]
        durable.replace(target, "".join(kept))


def latest(folder: Path, student: int) -> str:
    """The id of the last request that did something to this student, or ""."""
    acted = (line for line in _recent(path(folder, student)) if line.get("outcome") != "dropped")
    return max((str(line.get("id", "")) for line in acted), default="")


def of_student(folder: Path, student: int) -> list[dict[str, Any]]:
    return durable.read(path(folder, student))


def row(line: dict[str, Any]) -> str:
    """A line for people."""
    head = f"{utc(line['time'])}  {line['id']}  {line['verb']:<7}  {line['workshop']}  customer {line['customer']}"
    tries = f", {line['tries']} tries" if line["tries"] > 1 else ""
    remark = f"  {one_line(line['remark'])}" if line["remark"] else ""
    return f"{head}  {line['step']}: {line['outcome']} in {line['seconds']:.3f} s{tries}{remark}"
