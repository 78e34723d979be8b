"""A private repository from nothing, or what one lacks; nothing that is there is ever overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wod import templates
from wod.errors import BadInput
from wod.private import platforms, start
from wod.private.folder import modules
from wod.settings.layers import ENDINGS, LAYOUTS, check_group

FIRST = "production"


@dataclass(frozen=True)
class Made:
    """``files`` are new, by their paths in the repository; ``found`` whether anything was there before."""

    files: tuple[str, ...]
    platforms: tuple[str, ...]
    found: bool


def make(folder: Path, wanted: Iterable[str], place: str) -> Made:
    """What is missing for the platforms wanted and those that are there; ``place`` is how the folder is called."""
    wanted = tuple(wanted)
    for name in wanted:
        _check(name)
    if (folder / "deploys" / "modules").is_dir():
        raise BadInput(f"{folder} is wod's own repository; name another folder, such as private")
    found = folder.is_dir() and any(folder.iterdir())
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = tuple(dict.fromkeys([*platforms.own(folder), *wanted])) or (FIRST,)
        files = [path for path, text in _files(folder, names, place).items() if _written(folder, path, text)]
    except OSError as error:
        raise BadInput(f"{error.filename or folder} cannot be made: {error.strerror}") from None
    return Made(tuple(files), names, found)


def _check(name: str) -> None:
    check_group(name)
    if name in (*modules(), *templates.OURS_ALONE):
        raise BadInput(f"{name} is the name of a module; choose another one for the platform")


def _files(folder: Path, names: tuple[str, ...], place: str) -> dict[str, str]:
    settings = next((each for each in LAYOUTS if (folder / each).is_dir()), LAYOUTS[0])
    files = start.shared(settings, names)
    for name in names:
        files |= start.of_platform(name, settings, place)
    return files


def _written(folder: Path, name: str, text: str) -> bool:
    """Whether it was missing. A settings file may be there in another layout, or with another ending."""
    path = folder / name
    if path.parent.name == "group_vars":
        same = [folder / layout / f"{path.stem}{ending}" for layout in LAYOUTS for ending in ENDINGS]
        if any(map(os.path.lexists, same)):
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True
