"""Where settings come from: files beside the repository and in the private folder, found in their order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wod.errors import BadInput, Problem
from wod.settings.yamlfile import Located, ParsedFile, read

COMMON = ("all", "wod-backend", "wod-system")
"""The files that every platform shares, lowest first; the platform's own comes after them."""
ENDINGS = ("", ".yml", ".yaml")
LAYOUTS = ("group_vars", "ansible/group_vars")
"""Ours, and the original's."""


@dataclass(frozen=True)
class Layer:
    """A set of values that stand together in the order of precedence."""

    label: str
    values: Mapping[str, Located]
    sealed: str = ""
    """The text of a file that is encrypted as a whole, and not opened yet; ``shown`` is its name."""
    shown: str = ""


def private_dir(root: Path) -> Path:
    """The private folder: what ``WOD_PRIVATE`` names, else ``private/``, which need not exist."""
    named = os.environ.get("WOD_PRIVATE", "")
    if not named:
        return root / "private"
    path = root / Path(named).expanduser()
    if not path.is_dir():
        raise BadInput(f"WOD_PRIVATE names {named}, which is not a folder; correct it or unset it")
    return path


def check_group(group: str) -> None:
    """A platform's name becomes a file's name, so it must be a plain one, and not one of the shared files."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", group) or group in COMMON or group.endswith(ENDINGS[1:]):
        raise BadInput(f"{group!r} cannot name a platform; choose a word such as production")


def public_file(root: Path, name: str) -> tuple[Layer, tuple[Problem, ...]]:
    """``group_vars/<name>`` of the repository."""
    return _layer(root, [root / LAYOUTS[0]], name, f"group_vars/{name}")


def private_file(root: Path, private: Path, name: str) -> tuple[Layer, tuple[Problem, ...]]:
    """The same file of the private folder, in either layout."""
    return _layer(root, [private / layout for layout in LAYOUTS], name, f"private {name}")


def generated_path(private: Path, group: str) -> Path:
    """What `wod install` was told of a platform, besides its hosts."""
    return private / "generated" / f"{group}.yml"


def generated_file(root: Path, private: Path, group: str) -> tuple[Layer, tuple[Problem, ...]]:
    """``generated/<group>`` of the private folder, written by wod and by nobody else."""
    return _layer(root, [generated_path(private, group).parent], group, "installed")


def mapping(label: str, values: Mapping[str, object], place: str) -> Layer:
    """Values that do not come from a file: the inventory's, or ``--data``."""
    located = {key: value if isinstance(value, Located) else Located(value, place) for key, value in values.items()}
    return Layer(label, located)


def _layer(root: Path, folders: list[Path], name: str, label: str) -> tuple[Layer, tuple[Problem, ...]]:
    found = list(_candidates(folders, name))
    shown = [shown_path(path, root) for path in found]
    if len(found) > 1:
        return Layer(label, {}), (Problem(shown[0], f"{' and '.join(shown)} are the same settings file; keep one"),)
    parsed = read(found[0], shown[0]) if found else ParsedFile({})
    return Layer(label, parsed.values, parsed.sealed, shown[0] if found else ""), parsed.problems


def _candidates(folders: list[Path], name: str) -> Iterator[Path]:
    return (path for folder in folders for ending in ENDINGS if (path := folder / f"{name}{ending}").exists())


def shown_path(path: Path, root: Path) -> str:
    """How a file is called in places: from the repository root when it lies below it."""
    relative = os.path.relpath(path, root)
    return str(path) if relative.startswith("..") else relative
