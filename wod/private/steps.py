"""Steps of the private folder before and after a module, in ``deploys/<module>.py``; and its templates meanwhile.

A mistake in them is a sentence with its place, and fails only the hosts that they are for: an exception would end the
run for every host (pyinfra 3).
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Any, Literal

from pyinfra import host, state
from pyinfra.api import deploy
from pyinfra.api.command import PyinfraCommand

from wod import shell, templates
from wod.errors import Problem, WodError
from wod.inventory import settings_of
from wod.operations import refusals
from wod.private.folder import Private
from wod.private.syntax import faults
from wod.templates import Faulty

When = Literal["before", "after"]
NAMES: tuple[When, ...] = ("before", "after")


def around(module: str, apply: Callable[[], None]) -> None:
    """Apply a module to the current host, with what the private folder has before, in and after it."""
    settings = settings_of(host)
    private = Private.of(settings)
    with templates.overlaid(*private.templates, settings=settings):
        run(private, module, "before")
        try:
            apply()
        except Faulty as fault:
            refusals.refused(name="Use the private folder", reason=str(fault))
        run(private, module, "after")


def sound(modules: Iterable[str]) -> bool:
    """Whether all private files for these modules can be read; the host is refused, before anything is done, if not."""
    problems = problems_of(Private.of(settings_of(host)), modules)
    if problems:
        refusals.refused(name="Use the private folder", reason="; ".join(map(str, problems)))
    return not problems


def problems_of(private: Private, modules: Iterable[str]) -> list[Problem]:
    """What of the steps and templates for these modules cannot be read at all."""
    wanted = set(modules)
    paths = [path for name, path in private.template_files() if name.split("/")[0] in wanted]
    found = list(faults(paths))
    for path in (path for module in sorted(wanted) for path in private.steps(module)):
        try:
            load(path)
        except Faulty as fault:
            found.append(Problem("", str(fault)))
    return found


def run(private: Private, module: str, when: When) -> None:
    """The shared steps and the platform's; ``host.loop`` tells pyinfra apart what stands on the same line of both."""
    for path in host.loop(private.steps(module)):
        try:
            step = getattr(load(path), when, None)
        except Faulty as fault:
            refusals.refused(name="Use the private folder", reason=str(fault))
            continue
        if step is not None:
            deploy(f"{when.capitalize()} {module}")(partial(_carry_out, path, step))()


def _carry_out(path: Path, step: Callable[[], Any]) -> None:
    """One function, and its operations so that what goes wrong in them is this host's alone."""
    already = len(host.op_hash_order)
    try:
        step()
    except Exception as error:
        if host not in state.active_hosts:
            raise  # the host was lost meanwhile
        refusals.refused(name=f"Carry out {path.name}", reason=sentence(path, error))
    for operation in host.op_hash_order[already:]:
        data = state.get_op_data_for_host(host, operation)
        data.command_generator = _guarded(path, data.command_generator)


def _guarded(path: Path, commands: Callable[[], Iterator[PyinfraCommand]]) -> Callable[[], Iterator[PyinfraCommand]]:
    def guarded() -> Generator[PyinfraCommand, None, None]:
        try:
            yield from commands()
        except Exception as error:
            yield shell.refuse(sentence(path, error))

    return guarded


@cache
def load(path: Path) -> ModuleType:
    """The file as a module; :class:`Faulty` says why it cannot be had."""
    name = f"wod_private_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None, path
    assert spec.loader is not None, path
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise Faulty(sentence(path, error)) from error
    return module


def sentence(path: Path, error: Exception) -> str:
    """What went wrong in a file of steps, with the line of it that it went wrong in."""
    if isinstance(error, WodError):
        return " ".join(str(error).split())  # with its own place
    said = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())
    lines = [each.lineno for each in extract_tb(error.__traceback__) if each.filename == str(path)]
    if isinstance(error, SyntaxError) and error.filename == str(path):
        lines.append(error.lineno)
    place = f"{path}:{lines[-1]}" if lines else str(path)
    return f"{place}: {type(error).__name__}: {said}" if said else f"{place}: {type(error).__name__}"
