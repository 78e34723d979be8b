"""One question to many hosts, each asked in a process of its own: one that hangs or breaks delays no other."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from wod.connection import Unreachable
from wod.errors import WodError
from wod.fleet.processes import Ended, Task, run_tasks

JOBS = 32
"""Hosts that are asked at a time: they mostly wait."""


@dataclass(frozen=True)
class Answer:
    """What a host said in ``text``, or why it said nothing in ``error``, one sentence that names the host.

    ``reached`` is whether there was a way to it. ``seconds`` are the time it took.
    """

    text: str = ""
    error: str = ""
    reached: bool = True
    seconds: float = 0.0


def ask_each(names: Iterable[str], question: Callable[[str], str], *, seconds: float, jobs: int = JOBS) -> list[Answer]:
    """The answers in the order of ``names``: ``question(name)`` is run in a child, which is ended after ``seconds``.

    What a child prints goes nowhere. Errors for people come back as they are; any other is that host's alone.
    """
    asked = list(names)
    answers: dict[str, Answer] = {}

    def keep(ended: Ended) -> None:
        answers[ended.name] = judged(ended)

    nowhere = Path(os.devnull)
    run_tasks([Task(name, partial(_answer, name, question), seconds, nowhere) for name in asked], jobs, keep)
    return [answers[name] for name in asked]


def _answer(name: str, question: Callable[[str], str]) -> str:
    """In the child."""
    try:
        answer = Answer(text=question(name))
    except WodError as error:
        answer = Answer(error=str(error), reached=not isinstance(error, Unreachable))
    except Exception as error:
        answer = Answer(error=f"{name}: {type(error).__name__}: {error}")
    return json.dumps(asdict(answer))


def judged(ended: Ended) -> Answer:
    """A child that was ended leaves no answer: nobody knows whether its host could be reached."""
    if ended.death:
        return Answer(error=f"{ended.name} gave no answer: {ended.death}", reached=False, seconds=ended.seconds)
    return Answer(**{**json.loads(ended.output), "seconds": ended.seconds})
