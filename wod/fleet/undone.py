"""What going back cannot undo, in sentences, from what the two revisions are: said before any host is touched."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wod.fleet.given import Given

MIGRATIONS = "wod/api/migrations/versions"
MODULES = "deploys/modules"
HUB = "templates/jupyterhub/packages/requirements.txt"
KEPT = {
    "UIDBASE": "accounts get their former numbers, files in homes with them; files elsewhere keep the newer ones",
    "GIDBASE": "groups get their former numbers; files outside homes keep the newer ones",
    "USERMAX": "accounts above the lower one stay on the backends, unused, and seats are counted anew in the database",
    "USERMIN": "accounts below the higher one stay on the backends, unused",
    "STUDDIR": "homes are made anew in the former folder; those in the newer one stay there",
    "WODUSER": "the newer account stays, unused",
    "WODAPIREPO": "the data of one kind of API does not become that of the other",
}
"""Setting → what remains when it changes."""


@dataclass(frozen=True)
class Migration:
    """A step of the database's form: what it brought, in its own words."""

    revision: str
    down: str
    what: str


def migrations(code: Path) -> list[Migration]:
    """Those that a revision of wod knows, in their order."""
    found = {each.down: each for path in sorted((code / MIGRATIONS).glob("r*.py")) for each in _migration(path)}
    ordered: list[Migration] = []
    while (after := found.get(ordered[-1].revision if ordered else "")) is not None:
        ordered.append(after)
    return ordered


def _migration(path: Path) -> Iterator[Migration]:
    """Read, not imported: another revision's code is not run here."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    values: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            values |= {target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)}
    if "revision" in values:
        what = (ast.get_docstring(tree) or path.stem).split("\n")[0].rstrip(".")
        yield Migration(values["revision"], values.get("down_revision") or "", what)


def taken_back(now: Path, then: Path) -> list[Migration]:
    """The migrations of now that the revision of then does not know, the newest first."""
    known = {each.revision for each in migrations(then)}
    return [each for each in reversed(migrations(now)) if each.revision not in known]


def sentences(
    target: Given,
    now: Path,
    then: Path,
    settings: Mapping[str, Mapping[str, Any]],
    former: Mapping[str, Mapping[str, Any]],
    *,
    content_moves: bool,
    database: bool,
) -> list[str]:
    """What a person agrees to. ``now`` and ``then`` are folders of code, ``settings`` and ``former`` are by host."""
    handed_out = "workshops that are handed out already stay as they are in the homes of their students"
    return [
        *(_database(taken_back(now, then)) if database else ()),
        *_changed(settings, former),
        *_hub(now, then),
        *_modules(now, then),
        *([handed_out] if content_moves else []),
        *_left_out(target),
        "secrets stay those of today, and packages of the distribution are not made older",
    ]


def _database(gone: list[Migration]) -> Iterator[str]:
    for each in gone:
        yield f"the database's migration {each.revision} is taken back, and what it brought is lost: {each.what}"
    if gone:
        yield "before that the database is backed up on its host; the API stands still until it is rolled out"


def _changed(settings: Mapping[str, Mapping[str, Any]], former: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, what in KEPT.items():
        hosts = sorted(host for host in former if settings[host].get(name) != former[host].get(name))
        changes = {f"{settings[host].get(name)} → {former[host].get(name)}" for host in hosts}
        if hosts:
            yield f"{name} changes ({', '.join(sorted(changes))}): {what}"


def _hub(now: Path, then: Path) -> Iterator[str]:
    versions = [_version(code) for code in (now, then)]
    if all(versions) and versions[0] != versions[1]:
        yield (
            f"JupyterHub {versions[0]} becomes {versions[1]}, and its database stays as the newer one left it; "
            "if the older refuses that, put the copy in /var/lib/jupyterhub/backups in its place"
        )


def _version(code: Path) -> str:
    path = code / HUB
    found = re.search(r"^jupyterhub==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE) if path.exists() else None
    return found[1] if found else ""


def _modules(now: Path, then: Path) -> Iterator[str]:
    modules = [{path.stem for path in (code / MODULES).glob("[a-z]*.py")} for code in (now, then)]
    for name in sorted(modules[0] - modules[1]):
        yield f"the module {name} was not there yet: what it put on hosts stays, and is looked after by nobody"


def _left_out(target: Given) -> Iterator[str]:
    for name, part in target.parts.items():
        if part.changed:
            yield f"{name} had changes at that time that were not committed; they are not in it"
