"""One settings file: its keys with their values and lines, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from wod import vault
from wod.errors import Problem

BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ["null", "bool", "int", "float", "str", "seq", "map", "merge"]
)
VAULT_TAGS = frozenset({"!vault", "!vault-encrypted"})


class _Loader(BASE):  # type: ignore[misc]
    """The safe loader, without dates: ``2026-01-31`` stays the text that it looks like."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in BASE.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True)
class Sealed:
    """A value as Ansible Vault encrypted it; ``line`` is where it stands in its file."""

    text: str
    line: int


for _tag in VAULT_TAGS:
    _Loader.add_constructor(_tag, lambda _loader, node: Sealed(node.value, node.start_mark.line + 1))


@dataclass(frozen=True)
class Located:
    """A value as written, and where."""

    value: object
    place: str


@dataclass(frozen=True)
class ParsedFile:
    """What a file says; with problems, the values that could be read nevertheless.

    ``sealed`` is the text of a file that is encrypted as a whole, of which nothing else is known yet.
    """

    values: Mapping[str, Located]
    problems: tuple[Problem, ...] = ()
    sealed: str = ""


def read(path: Path, shown: str) -> ParsedFile:
    """The file's content; parsed once per process for as long as it does not change."""
    try:
        status = path.stat()
        return _read(path, shown, status.st_mtime_ns, status.st_size, status.st_ino)
    except OSError as error:
        return ParsedFile({}, (Problem(shown, f"cannot be read: {error.strerror}"),))


@lru_cache(maxsize=256)
def _read(path: Path, shown: str, *_version: int) -> ParsedFile:
    try:
        return parse(path.read_text(encoding="utf-8-sig"), shown)
    except UnicodeDecodeError:
        return ParsedFile({}, (Problem(shown, "is not a text file in UTF-8"),))


def parse(text: str, shown: str) -> ParsedFile:
    """The keys of a YAML mapping. ``shown`` is the file's name in places."""
    if vault.is_vault(text):
        return ParsedFile({}, sealed=text)
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        return ParsedFile({}, (_not_yaml(error, shown),))
    if root is None or root.tag == "tag:yaml.org,2002:null":  # nothing, or nothing but comments
        return ParsedFile({})
    if not isinstance(root, yaml.MappingNode):
        return ParsedFile({}, (_problem(root, shown, "must hold settings, one `NAME: value` per line"),))
    return _mapping(loader, root, shown)


def _mapping(loader: Any, root: yaml.MappingNode, shown: str) -> ParsedFile:
    problems = list(_faults(root, shown, set()))
    if any(isinstance(node, _Recursion) for node in problems):
        return ParsedFile({}, tuple(problems))
    values = {}
    try:
        loader.flatten_mapping(root)
    except yaml.YAMLError as error:
        return ParsedFile({}, (*problems, _not_yaml(error, shown)))
    for key, node in root.value:
        if _is_name(key) and not list(_faults(node, shown, set())):
            try:
                values[key.value] = Located(loader.construct_object(node, deep=True), _place(key, shown))
            except (yaml.YAMLError, ValueError):
                problems.append(_problem(node, shown, f"{key.value}: this value cannot be read as YAML"))
    return ParsedFile(values, tuple(problems))


class _Recursion(Problem):
    """A value that contains itself; nothing of the file can be used then."""


def _faults(node: yaml.Node, shown: str, above: set[int], name: str = "") -> Iterator[Problem]:
    """What is wrong in a part of a file: tags that mean more than plain data, keys given twice, loops."""
    if id(node) in above:
        yield _Recursion(_place(node, shown), "a value refers to itself")
    elif node.tag in VAULT_TAGS and isinstance(node, yaml.ScalarNode):
        return
    elif node.tag not in PLAIN_TAGS:
        yield _problem(node, shown, _tag_message(node.tag, name))
    elif isinstance(node, yaml.MappingNode):
        yield from _key_faults(node, shown)
        for key, value in node.value:
            yield from _faults(value, shown, above | {id(node)}, name or str(key.value))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _faults(value, shown, above | {id(node)}, name)


def _key_faults(node: yaml.MappingNode, shown: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for key, _value in node.value:
        line = key.start_mark.line + 1
        if key.tag.endswith(":merge"):
            continue
        if not _is_name(key):
            shape = f"the key {key.value}" if isinstance(key, yaml.ScalarNode) else "this key"
            yield _problem(key, shown, f"{shape} is not a text; put it in quotes if it is meant as one")
        elif key.value in first:
            yield _problem(key, shown, f"{key.value} is given twice, here and in line {first[key.value]}")
        else:
            first[key.value] = line


def _is_name(key: yaml.Node) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.tag == "tag:yaml.org,2002:str"


def _tag_message(tag: str, name: str) -> str:
    subject = f"{name}: " if name else ""
    if tag in VAULT_TAGS:
        return f"{subject}what is behind {tag} must be one encrypted text, not a list or mapping"
    return f"{subject}the tag {tag.replace('tag:yaml.org,2002:', '!!')} is not allowed here, only plain values"


def _not_yaml(error: yaml.YAMLError, shown: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    return Problem(f"{shown}:{mark.line + 1}" if mark else shown, f"this is not YAML: {reason}")


def _place(node: yaml.Node, shown: str) -> str:
    return f"{shown}:{node.start_mark.line + 1}"


def _problem(node: yaml.Node, shown: str, message: str) -> Problem:
    return Problem(_place(node, shown), message)
