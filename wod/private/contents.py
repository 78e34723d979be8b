"""The private workshops and hooks: beside which public ones they stand, and whether backends get them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wod import bundles, gitcommand, repos
from wod.errors import BadInput, Problem, ProblemsFound, WodError
from wod.gitcommand import GitFailed
from wod.private.found import Found, Look, Override
from wod.private.sites import settings_of
from wod.settings import Settings
from wod.sources import PRIVATE, Source, sources_of
from wod.workshops.catalogue import Entry, entries
from wod.workshops.hooks import Scripts


def content(look: Look) -> Found:
    """Public content is fetched to compare; nothing is, where there is no private content."""
    found = Found()
    workshops, hooks = own_workshops(look.private), list(Scripts((look.private / "scripts",)).hooks())
    for platform in look.platforms if workshops or hooks else ():
        settings = settings_of(look, platform, found)
        if settings is None:
            continue
        public = _public(settings, found)
        found.overrides += [_workshop(each, public, look) for each in workshops]
        found.overrides += [_hook(path, public, look) for path, _ in hooks]
        _delivery(look, settings, found)
    found.overrides = list({(each.kind, each.name): each for each in reversed(found.overrides)}.values())
    return found


def own_workshops(private: Path) -> list[Entry]:
    try:
        return entries(private)
    except BadInput:
        return []


def _public(settings: Settings, found: Found) -> list[Path]:
    """The files of the public repositories; why one cannot be had is a problem."""
    trees = []
    for source in _sources(settings):
        if source.name != PRIVATE:
            try:
                trees.append(bundles.tree(repos.fetch(source)))
            except WodError as error:
                found.problems.append(Problem("", str(error)))
    return trees


def _sources(settings: Settings) -> list[Source]:
    try:
        return sources_of(settings)
    except ProblemsFound:
        return []  # a roll-out tells, and so does wod content show


def _workshop(entry: Entry, public: list[Path], look: Look) -> Override:
    known = any((tree / entry.directory).is_dir() or (tree / "notebooks" / entry.directory).is_dir() for tree in public)
    effect = "goes over the public one" if known else "adds"
    return Override("workshop", entry.directory, effect, "", look.shown(entry.folders[0].path))


def _hook(path: Path, public: list[Path], look: Look) -> Override:
    name = path.name.removesuffix(".j2")
    others = Scripts(tuple(tree / "scripts" for tree in public)).find(name)
    return Override("hook", name, "runs after the public one" if others else "adds", "", look.shown(path))


def _delivery(look: Look, settings: Settings, found: Found) -> None:
    """Content reaches backends by git, from the repository that WODPRIVREPO names."""
    source = next((each for each in _sources(settings) if each.name == PRIVATE), None)
    place = look.shown(look.private)
    if source is None:
        told = f"backends of {settings.group} do not get its workshops and hooks; set {PRIVATE} to its repository"
        found.problems.append(Problem(place, told))
        return
    try:
        commit = repos.fetch(source).commit
    except WodError as error:
        found.problems.append(Problem("", str(error)))
        return
    found.notes += [f"{place}: {text}" for text in _behind(look.private, source, commit)]


def _behind(private: Path, source: Source, commit: str) -> Iterator[str]:
    try:
        here = gitcommand.run("-C", str(private), "rev-parse", "HEAD")
        changed = gitcommand.run("-C", str(private), "status", "--porcelain", "--", "notebooks", "scripts", "skel")
    except GitFailed:
        return  # no checkout, or not one that this account may read
    if here != commit:
        yield f"backends get {commit[:12]}, the {source.branch} of {source.url}, and here is {here[:12]}; push or pull"
    if changed:
        yield f"what is not committed does not reach backends: {', '.join(line[3:] for line in changed.splitlines())}"
