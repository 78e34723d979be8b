"""Rebranding: an ordered list of replacements, from a YAML file, applied to the text files of a content repository.

The file is a list; each entry is ``{from: text, to: text}`` or ``{pattern: regular expression, to: template}``, in
the syntax of Python's ``re``. Each replacement sees what those before it made.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wod.errors import BadInput, Problem, ProblemsFound

LEFT_OUT = {".git", "__pycache__", ".ipynb_checkpoints"}
KEYS = ("from", "pattern", "to")


@dataclass(frozen=True)
class Replacement:
    """Every match of ``pattern`` becomes ``to``, a template of ``re`` (a literal one has its backslashes doubled)."""

    pattern: re.Pattern[str]
    to: str


@dataclass(frozen=True)
class Change:
    """What becomes of one file: its new text, and how many places changed."""

    path: Path
    text: str
    count: int


def read_map(path: Path) -> list[Replacement]:
    """The replacements of a file; :class:`ProblemsFound` names each line that is wrong."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), yaml.SafeLoader)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: is not a text file in UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise BadInput(f"{path}{line}: this is not YAML: {getattr(error, 'problem', '') or error}") from None
    if not isinstance(root, yaml.SequenceNode) or not root.value:
        raise BadInput(f"{path}:1: must be a list of replacements, such as: - {{from: Old name, to: New name}}")
    read = [_replacement(node, f"{path}:{node.start_mark.line + 1}") for node in root.value]
    problems = [entry for entry in read if isinstance(entry, Problem)]
    if problems:
        raise ProblemsFound(problems)
    return [entry for entry in read if isinstance(entry, Replacement)]


def _replacement(node: yaml.Node, place: str) -> Replacement | Problem:
    try:
        return _checked(_fields(node))
    except re.error as error:
        return Problem(place, f"the regular expression or its replacement is wrong: {error}")
    except ValueError as error:
        return Problem(place, str(error))


def _fields(node: yaml.Node) -> dict[str, str]:
    """An entry's keys and texts as written: ``to: 2026`` and ``to: yes`` are texts, too."""
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("this entry is not {from: text, to: text} or {pattern: regular expression, to: text}")
    pairs: list[tuple[Any, yaml.Node]] = [(key.value, value) for key, value in node.value]
    names = [key for key, _ in pairs]
    for name, value in pairs:
        if name not in KEYS:
            raise ValueError(f"{name} is none of {', '.join(KEYS)}")
        if names.count(name) > 1:
            raise ValueError(f"{name} is given twice")
        if not isinstance(value, yaml.ScalarNode):
            raise ValueError(f"{name} must be a text; put it in quotes if it has braces or brackets")
    if "to" not in names or len(names) != 2:
        raise ValueError("an entry needs `to`, and either `from` or `pattern`")
    return {name: value.value for name, value in pairs}


def _checked(fields: dict[str, str]) -> Replacement:
    literal = "from" in fields
    pattern = re.compile(re.escape(fields["from"]) if literal else fields["pattern"], re.MULTILINE)
    to = fields["to"].replace("\\", r"\\") if literal else fields["to"]
    pattern.sub(to, "")  # a template that refers to a group that is not there
    if pattern.search(""):
        raise ValueError("it fits the empty text, and so every place; say what is to be replaced")
    if pattern.search(fields["to"]):
        raise ValueError("the new text contains what is replaced, so each run would change it again")
    return Replacement(pattern, to)


def replaced(text: str, replacements: Sequence[Replacement]) -> tuple[str, int]:
    """``(the new text, how many places changed)``."""
    total = 0
    for each in replacements:
        text, count = each.pattern.subn(each.to, text)
        total += count
    return text, total


def plan(top: Path, replacements: Sequence[Replacement], spare: Path | None = None) -> list[Change]:
    """What would become of the text files below a folder (or of one file); nothing is written.

    ``spare`` is left out: the list of replacements itself. :class:`ProblemsFound` names notebooks that would break.
    """
    changes, problems = [], []
    for path in _files(top):
        old = _text(path) if spare is None or not path.samefile(spare) else None
        new, count = replaced(old, replacements) if old is not None else ("", 0)
        if old is None or new == old:
            continue
        if path.suffix == ".ipynb" and _is_json(old) and not _is_json(new):
            problems.append(
                Problem(str(path), "this notebook would be no JSON any more; escape quotes in the new text")
            )
        changes.append(Change(path, new, count))
    if problems:
        raise ProblemsFound(problems)
    return changes


def _files(top: Path) -> Iterator[Path]:
    if not top.exists():
        raise BadInput(f"{top}: there is no such file or folder")
    if top.is_file():
        yield top
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(set(folders) - LEFT_OUT)
        paths = (Path(folder, name) for name in sorted(names))
        yield from (path for path in paths if path.is_file() and not path.is_symlink())


def _text(path: Path) -> str | None:
    """The content of a text file in UTF-8, its line ends as they are; ``None`` for any other file."""
    try:
        content = path.read_bytes()
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def write(change: Change) -> None:
    """Replace a file in one step, with its mode and, where that is allowed, its owner."""
    state = change.path.stat()
    descriptor, new = tempfile.mkstemp(dir=change.path.parent, prefix=f".{change.path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(change.text.encode())
            os.fchmod(file.fileno(), state.st_mode & 0o7777)
            if os.geteuid() == 0:
                os.fchown(file.fileno(), state.st_uid, state.st_gid)
        os.replace(new, change.path)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise
