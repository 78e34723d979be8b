"""A workshop's notebooks as one text to print: which there are, in which order, and rendered for a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Undefined

from wod.engine.errors import Impossible
from wod.engine.notebooks import README
from wod.engine.render import Renderer
from wod.errors import BadInput, Problem, ProblemsFound
from wod.secrets import Secret
from wod.settings.interpolate import Missing, TemplateFault, is_template, render
from wod.settings.schema import ALIASES, SETTINGS, canonical
from wod.workshops import files, notebooks, wodyml
from wod.workshops.catalogue import FILE
from wod.workshops.findings import errors
from wod.workshops.workshop import workshop_of


@dataclass(frozen=True)
class Page:
    """One notebook: where it is, and its JSON, rendered."""

    path: Path
    text: bytes


@dataclass(frozen=True)
class Handout:
    """``name``, ``presenter`` and ``description`` are the ``wod.yml``'s; the last two may be empty."""

    name: str
    presenter: str
    description: str
    pages: tuple[Page, ...]


class StandIn(Undefined):
    """What is known only when a seat is handed out, by its name: ``[HTTPPORT]``. As a condition it is false."""

    def __str__(self) -> str:
        return f"[{self._undefined_name}]"

    def _itself(self, *_: object) -> StandIn:
        return self

    __getattr__ = __getitem__ = __call__ = _itself  # type: ignore[assignment]
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _itself  # type: ignore[assignment]

    def __int__(self) -> int:  # type: ignore[override]
        return 0


def handout(folder: Path, settings: Mapping[str, object] | None = None, *, challenge: bool = False) -> Handout:
    """A workshop's directory, ready to print.

    ``settings`` are those of a host, None for the schema's defaults. :class:`BadInput` tells what is wrong with the
    directory, its ``wod.yml``, or with notebooks (all of them).
    """
    if not folder.is_dir():
        raise BadInput(f"{folder}: there is no such directory; name a workshop's directory")
    folder = folder.resolve()
    file = wodyml.read(folder / FILE) if (folder / FILE).is_file() else None
    if file is None or file.faults:
        what = str(file.faults[0]) if file else f"{folder}: is no workshop, for it has no {FILE}"
        raise BadInput(what)
    workshop, variables = workshop_of(file, folder.name), _variables(folder.name, settings, challenge)
    pages = _pages(_notebooks(folder), variables)
    return Handout(workshop.name or folder.name, workshop.presenter, workshop.description, pages)


def _notebooks(folder: Path) -> list[Path]:
    """The first page first, then by name, numbers by their value."""
    found = [path for path in files.walk(folder) if path.suffix == ".ipynb" and files.is_template(path, False)]
    if not found:
        raise BadInput(f"{folder}: there is no notebook (*.ipynb) here; name a workshop's directory")
    return sorted(found, key=lambda path: (path != folder / README, _by_numbers(path.relative_to(folder))))


def _by_numbers(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"([0-9]+)", str(path).lower())
    return [(int(part), "") if part.isdigit() else (0, part) for part in parts if part]


def _pages(paths: list[Path], variables: Mapping[str, Any]) -> tuple[Page, ...]:
    renderer, pages, problems = Renderer(StandIn), [], []
    for path in paths:
        try:
            pages.append(Page(path, renderer.render(str(path), path.read_bytes(), variables)))
        except (Impossible, OSError) as error:
            problems.append(Problem("", str(error)))
            continue
        faults = errors(notebooks.check(path, pages[-1].text.decode()))
        problems += [Problem(f"{path}:{fault.line}", fault.text) for fault in faults]
    if problems:
        raise ProblemsFound(problems)
    return tuple(pages)


def _variables(directory: str, settings: Mapping[str, object] | None, challenge: bool) -> dict[str, Any]:
    """What the engine would give (:func:`wod.engine.variables.build`), with stand-ins for what is one student's."""
    values = dict(_plain(_defaults() if settings is None else settings))
    values |= {alias: values[name] for alias, name in ALIASES.items() if name in values}
    mode = "CHLG" if challenge else "WKSHP"
    booked = f"{mode}-{directory.removeprefix('WKSHP-')}"
    values |= {"STDID": "N", "PASSSTU": "[your password]", "DIR": "", "MODEWS": mode}
    values |= {"WORKSHOP": directory, "CHALLENGE": booked, "inventory_hostname": "backend"}
    return {**values, "hostvars": {"backend": dict(values)}}


def _plain(settings: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """A paper gets around: no secrets, not even those that participants may see. What is not set is a stand-in."""
    for name in settings:
        value = settings[name]
        if isinstance(value, str | int | float) and not isinstance(value, Secret):
            yield name, value


def _defaults() -> dict[str, object]:
    """The settings that have a value without an inventory."""
    found = {}
    for name in SETTINGS:
        try:
            found[name] = _default(name)
        except (KeyError, Missing, TemplateFault):
            continue
    return found


def _default(name: str) -> object:
    """:class:`KeyError` when there is none."""
    value = SETTINGS[canonical(name)].default
    if value is None:
        raise KeyError(name)
    return render(value, _default, "") if is_template(value) else value
