"""Content at commits of earlier, for code that only knows branches and tags.

Git itself is told, in its environment, to fetch a repository of ours in the place of each URL, with branches at those
commits. Settings, and with them the stamps of hosts, say what they always said; no server is asked.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from wod import gitcommand, repos
from wod.checkouts import folder_of_worktrees
from wod.errors import BadInput, WodError
from wod.fleet.given import Pin
from wod.site import SiteHost
from wod.sources import Source, sources_of


def environment(pins: Iterable[Pin], members: Iterable[SiteHost]) -> dict[str, str]:
    """What makes git, in a child process, find every pinned branch at its commit."""
    by_url: dict[str, list[Pin]] = {}
    for pin in pins:
        by_url.setdefault(pin.url, []).append(pin)
    if not by_url:
        return {}
    known = list(members)
    for url, several in by_url.items():
        _be_here(url, several, known)
    folders = {url: _pinned(url, several) for url, several in by_url.items()}
    return {**_instead(folders), "WOD_CACHE": str(folder_of_worktrees() / "cache")}


def _instead(folders: Mapping[str, Path]) -> dict[str, str]:
    """git-config(1), ``url.<base>.insteadOf``; after the variables of that kind that are there already."""
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(first + len(folders))}
    for number, (url, folder) in enumerate(sorted(folders.items()), first):
        variables |= {f"GIT_CONFIG_KEY_{number}": f"url.{folder}.insteadOf", f"GIT_CONFIG_VALUE_{number}": url}
    return variables


def _be_here(url: str, pins: list[Pin], members: list[SiteHost]) -> None:
    """The commits lie in the cache since they were rolled out; where that was emptied, they are fetched."""
    missing = [pin for pin in pins if not repos.keep(url, pin.commit)]
    if not missing:
        return
    why = _fetched(url, members)
    for pin in missing:
        if not repos.keep(url, pin.commit):
            raise BadInput(f"{pin.name}: {url} has no commit {pin.commit[:12]} any more{why}; name another roll-out")


def _fetched(url: str, members: list[SiteHost]) -> str:
    """With the token that the settings of today have for it; why it could not be fetched."""
    for source in _sources(members):
        if source.url == url:
            try:
                repos.fetch(source)
            except WodError as error:
                return f" ({error})"
    return ""


def _sources(members: Iterable[SiteHost]) -> Iterable[Source]:
    for member in members:
        yield from sources_of(member.settings)


def _pinned(url: str, pins: list[Pin]) -> Path:
    """A repository that borrows the files of the mirror; branches that are not pinned are as they were fetched last."""
    named = " ".join(sorted(f"{pin.branch} {pin.commit}" for pin in pins))
    mirror = repos.mirror_of(url)
    folder = folder_of_worktrees() / f"pins-{hashlib.sha256(f'{mirror} {named}'.encode()).hexdigest()[:16]}.git"
    with repos.alone(folder):
        shutil.rmtree(folder, ignore_errors=True)
        gitcommand.run("init", "--quiet", "--bare", "--template=", str(folder))
        (folder / "objects" / "info" / "alternates").write_text(f"{mirror}/objects\n")
        gitcommand.run("fetch", "--quiet", "--no-write-fetch-head", str(mirror), *repos.REFS, mirror=folder)
        for pin in pins:
            gitcommand.run("update-ref", f"refs/heads/{pin.branch}", pin.commit, mirror=folder)
    return folder
