"""Notebooks: valid JSON and valid notebooks, as they are and as they are rendered for either mode."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Undefined
from nbformat.validator import iter_validate

from wod.engine import render
from wod.workshops.findings import Finding, error, errors, warning

VERSIONS = (3, 4)
"""Of nbformat; for others it has no schema."""
MODES = ("WKSHP", "CHLG")


def check(path: Path, text: str) -> Iterator[Finding]:
    """Faults of one notebook as it is written."""
    try:
        content = json.loads(text)
    except ValueError as problem:
        line, told = getattr(problem, "lineno", 1), getattr(problem, "msg", str(problem))
        yield error(path, line, "notebook-json", f"this is not JSON: {told}; open it in a text editor, or restore it")
        return
    except RecursionError:
        yield error(path, 1, "notebook-json", "is nested too deeply; restore it")
        return
    yield from _format(path, text, content)


def _format(path: Path, text: str, content: Any) -> Iterator[Finding]:
    if not (isinstance(content, dict) and isinstance(content.get("nbformat"), int)):
        yield error(path, 1, "notebook-format", "is JSON, but no notebook: it has no nbformat; save it from JupyterLab")
        return
    if content["nbformat"] not in VERSIONS:
        told = f"has nbformat {content['nbformat']}, not {VERSIONS[0]} or {VERSIONS[1]}; save it from JupyterLab"
        yield error(path, 1, "notebook-format", told)
        return
    minor = content.get("nbformat_minor")
    for problem in iter_validate(content, version=content["nbformat"], version_minor=minor if _whole(minor) else 0):
        line = _line(text, list(problem.relative_path))
        told = f"is no valid notebook: {_brief(problem.message)}; open it in JupyterLab and save it"
        if problem.message == "'id' is a required property":  # JupyterLab opens it all the same
            yield warning(path, line, "notebook-format", told)
        else:
            yield error(path, line, "notebook-format", told)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _brief(message: str) -> str:
    first = message.strip().split("\n")[0]
    return first if len(first) <= 160 else f"{first[:80]} … {first[-77:]}"


def _line(text: str, where: list[Any]) -> int:
    """The line of the cell that a fault is in; 1 when it is in none."""
    if len(where) < 2 or where[0] != "cells" or not isinstance(where[1], int):
        return 1
    starts = _cell_starts(text)
    return text.count("\n", 0, starts[where[1]]) + 1 if where[1] < len(starts) else 1


def _cell_starts(text: str) -> list[int]:
    """Where each cell begins, found by decoding one after the other."""
    match = re.search(r'"cells"\s*:\s*\[', text)
    position, starts, decoder = match.end() if match else len(text), [], json.JSONDecoder()
    while gap := re.compile(r"[\s,]*(?=[^\s,\]])").match(text, position):
        starts.append(gap.end())
        try:
            _, position = decoder.raw_decode(text, gap.end())
        except ValueError:
            break
    return starts


class _StandIn(Undefined):
    """A value for any name: what matters is that the result is a notebook."""

    def _any(self, *_: object, **__: object) -> _StandIn:
        return self

    __getattr__ = __getitem__ = __call__ = _any  # type: ignore[assignment]

    def __str__(self) -> str:
        return "1"


def check_rendered(path: Path, text: str) -> Iterator[Finding]:
    """Whether rendering leaves a notebook: a condition may cut JSON in two. Only for what is sound as written."""
    environment = render.environment().overlay(undefined=_StandIn)
    for mode in MODES:
        try:
            rendered = environment.from_string(text).render(MODEWS=mode)
        except Exception:  # noqa: S112 - an expression that needs the real value; the engine has it
            continue
        broken = errors(check(path, rendered))
        if broken:
            told = f"rendered with MODEWS={mode}, it breaks in line {broken[0].line}: {broken[0].text}"
            yield error(path, _first_tag(text), "notebook-rendered", told)
            return


def _first_tag(text: str) -> int:
    match = re.search(r"\{[{%]", text)
    return text.count("\n", 0, match.start()) + 1 if match else 1
