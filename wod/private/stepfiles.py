"""The steps in the private folder: whose they are, and what in their files is never run."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import isfunction
from pathlib import Path
from types import ModuleType

from wod.errors import Problem
from wod.private import steps
from wod.private.folder import below, modules
from wod.private.found import Found, Look, Override, did_you_mean
from wod.templates import Faulty


def step_files(look: Look) -> Found:
    found = Found()
    for name, path in below(look.private / "deploys").items():
        *folders, file = name.split("/")
        complaint = _misplaced(folders, file, look)
        if complaint:
            found.problems.append(Problem(look.shown(path), complaint))
            continue
        try:
            loaded = steps.load(path)
        except Faulty as fault:
            found.problems.append(Problem("", str(fault)))
            continue
        found.overrides += _steps(loaded, path, "".join(folders), look)
        found.problems += _never_run(loaded, path, look)
    return found


def _misplaced(folders: list[str], file: str, look: Look) -> str:
    module = file.removesuffix(".py")
    if folders and (len(folders) > 1 or folders[0] not in look.platforms):
        name = "/".join(folders)
        return f"{name} is no platform{did_you_mean(name, look.platforms)}; there are {', '.join(look.platforms)}"
    if not file.endswith(".py") or module not in modules():
        return f"{module} is no module{did_you_mean(module, modules())}; there are {', '.join(modules())}"
    return ""


def _functions(loaded: ModuleType) -> dict[str, object]:
    """What the file itself defines, and does not mark as its own business by a ``_``."""
    own = {name: value for name, value in vars(loaded).items() if isfunction(value) and not name.startswith("_")}
    return {name: value for name, value in own.items() if value.__module__ == loaded.__name__}


def _steps(loaded: ModuleType, path: Path, platform: str, look: Look) -> Iterator[Override]:
    for when in steps.NAMES:
        if hasattr(loaded, when):
            place = f"{look.shown(path)}:{_line(getattr(loaded, when))}"
            yield Override("step", f"{when} {path.stem}", f"runs {when} the module {path.stem}", platform, place)


def _never_run(loaded: ModuleType, path: Path, look: Look) -> Iterator[Problem]:
    for name, function in _functions(loaded).items():
        if name not in steps.NAMES:
            near = did_you_mean(name, steps.NAMES)
            told = f"{name} is neither before nor after{near}, and is not run; one that these call begins with _"
            yield Problem(f"{look.shown(path)}:{_line(function)}", told)
    if not any(hasattr(loaded, when) for when in steps.NAMES) and not _functions(loaded):
        yield Problem(look.shown(path), "it has no function before or after, so nothing of it is run")


def _line(function: object) -> int:
    """Of the function itself, below ``@deploy``."""
    inner = getattr(function, "__wrapped__", function)
    return int(inner.__code__.co_firstlineno) if hasattr(inner, "__code__") else 1
