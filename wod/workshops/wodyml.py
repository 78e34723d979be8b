"""A ``wod.yml`` as it is written: keys with their texts and lines, and what is wrong with its form.

The original reads it with YAML::Tiny, for which every value is a text or a list of texts; so do we.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from wod.workshops.findings import Finding, error

LONGEST = 256 * 1024
"""Bytes. The largest file of the public catalogue has 2 KB."""

Content = str | tuple[str, ...] | None
"""A text, a list of texts, or None for anything else."""


@dataclass(frozen=True)
class Value:
    """A value as written, and the line of its key."""

    content: Content
    line: int


@dataclass(frozen=True)
class WodYml:
    """A file's keys, and its faults; with faults, what could be read nevertheless."""

    path: Path
    values: Mapping[str, Value] = field(default_factory=dict)
    faults: tuple[Finding, ...] = ()


def read(path: Path) -> WodYml:
    """The file; what cannot be read is a fault, never an exception."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        return _faulty(path, 1, "unreadable", f"cannot be read: {problem.strerror}")
    return parse(data, path)


def parse(data: bytes, path: Path) -> WodYml:
    """The keys of a YAML mapping. ``path`` is for findings only."""
    if len(data) > LONGEST:
        return _faulty(path, 1, "yaml", f"is larger than {LONGEST // 1024} KB; describe the workshop in a few lines")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        return _faulty(path, line, "encoding", "is not UTF-8 here; save the file as UTF-8")
    marker = conflict_line(text)
    if marker:
        return _faulty(path, marker, "merge-conflict", "a merge conflict was left here; decide it and remove the marks")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        return _faulty(path, *_not_yaml(problem, text))
    if not isinstance(root, yaml.MappingNode):
        return _faulty(path, 1, "yaml", "must hold the workshop's keys, one `key: value` per line")
    return _mapping(root, path)


def conflict_line(text: str) -> int:
    """The line of the first mark of a merge conflict, or 0."""
    marks = ("<<<<<<< ", ">>>>>>> ")
    return next((number for number, line in enumerate(text.split("\n"), 1) if line.startswith(marks)), 0)


def _mapping(root: yaml.MappingNode, path: Path) -> WodYml:
    values: dict[str, Value] = {}
    faults = []
    for key, node in root.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            faults.append(error(path, line, "unknown-key", "a key must be a plain word, such as capacity"))
        elif key.value in values:
            text = f"{key.value} is given twice, here and in line {values[key.value].line}; remove one"
            faults.append(error(path, line, "duplicate-key", text))
        else:
            values[key.value] = Value(_content(node), line)
    return WodYml(path, values, tuple(faults))


def _content(node: yaml.Node) -> Content:
    if isinstance(node, yaml.ScalarNode):
        return _text(node)
    if isinstance(node, yaml.SequenceNode) and all(isinstance(each, yaml.ScalarNode) for each in node.value):
        return tuple(_texts(node))
    return None


def _texts(node: yaml.SequenceNode) -> Iterator[str]:
    for each in node.value:
        yield _text(each)


def _text(node: yaml.ScalarNode) -> str:
    return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value)


def _not_yaml(problem: Exception, text: str) -> tuple[int, str, str]:
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    position = getattr(problem, "position", 0)  # of a character that YAML does not allow
    line = mark.line + 1 if mark else text.count("\n", 0, position) + 1
    reason = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "it cannot be parsed"
    hint = "; put texts with a colon in quotes" if "mapping values" in reason else ""
    return line, "yaml", f"this is not YAML: {reason}{hint}"


def _faulty(path: Path, line: int, rule: str, text: str) -> WodYml:
    return WodYml(path, {}, (error(path, line, rule, text),))
