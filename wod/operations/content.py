"""Content repositories of a backend: each a folder that is exactly one commit, sent as a bundle of what is lacking."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pyinfra import host, logger
from pyinfra.api import FileUploadCommand, operation
from pyinfra.api.command import PyinfraCommand

from wod import bundles, remote, shell
from wod.errors import WodError
from wod.facts import ask
from wod.facts.content import Checkout, Checkouts
from wod.fleet import notes
from wod.inventory import TEMP_DIR
from wod.repos import Fetched

Steps = Generator[PyinfraCommand, None, None]


@dataclass(frozen=True)
class Repository:
    """What a folder of the host is to be: a commit, its files the account's."""

    fetched: Fetched
    user: str

    @property
    def path(self) -> str:
        return self.fetched.source.path

    @property
    def mode(self) -> int:
        return self.fetched.source.mode


def faults(wanted: Repository, found: Checkout) -> list[str]:
    """Why a folder has to be changed, in words; nothing when it is as it should be."""
    commit = wanted.fetched.commit
    if found.kind != "ours" or found.damaged:
        return ["damaged" if found.damaged else "not there" if found.kind == "none" else "not made by wod"]
    said = []
    if found.commit != commit:
        said.append(f"at {found.commit[:12] or 'no commit'} instead of {commit[:12]}")
    if found.unfinished:
        said.append("left unfinished")
    if found.changed:
        said.append(f"{found.changed} paths changed")
    if (found.mode, found.user, found.group) != (wanted.mode, wanted.user, wanted.user):
        said.append("of another owner or mode")
    return said


def upload_names(wanted: Repository, has: Collection[str]) -> tuple[str, str]:
    """Where a bundle lands on the host, and where pyinfra puts it meanwhile."""
    name = hashlib.sha256(" ".join([wanted.path, wanted.fetched.commit, *sorted(has)]).encode()).hexdigest()[:16]
    return f"{TEMP_DIR}/wod-content-{name}.bundle", f"{TEMP_DIR}/wod-content-{name}.upload"


def commands(wanted: Repository, found: Checkout, moment: str) -> Steps:
    """Send what the host lacks, and check it out. ``moment`` names what is set aside."""
    bundle = bundles.bundle(wanted.fetched, found.bases)
    there = ""
    if bundle is not None:
        there, meanwhile = upload_names(wanted, found.bases)
        yield FileUploadCommand(str(bundle), there, remote_temp_filename=meanwhile)
    aside = PurePosixPath(wanted.path)
    yield remote.program(
        "content_checkout",
        wanted.path,
        wanted.fetched.commit,
        there,
        wanted.user,
        f"{wanted.mode:04o}",
        f"{aside}.wod-drift-{moment}.patch",
        f"{aside}.wod-before-{moment}.git",
    )


def _report(wanted: Repository, found: Checkout, moment: str) -> None:
    """What people should know before it happens, or although nothing is done."""
    if found.kind == "ours" and found.changed and not found.unfinished:
        logger.warning(
            f"{host.print_prefix}{wanted.path}: {found.changed} paths were changed on the host; they are set right, "
            f"and what was in them is kept in {wanted.path}.wod-drift-{moment}.patch"
        )
    if found.kind == "ours" and found.untracked:
        logger.warning(
            f"{host.print_prefix}{wanted.path}: {found.untracked} files belong to no commit; they stay as they are"
        )


def _one(wanted: Repository, found: Checkout) -> Steps:
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    _report(wanted, found, moment)
    if not faults(wanted, found):
        host.noop(f"{wanted.path} is at {wanted.fetched.commit[:12]}")
        return
    notes.say(f"{wanted.path}: {', '.join(faults(wanted, found))}")
    try:
        yield from commands(wanted, found, moment)
    except WodError as error:
        yield shell.refuse(f"{wanted.path}: {error}")


@operation()
def present(repos: Iterable[Repository], left: Sequence[str] = (), unfetched: Sequence[str] = ()) -> Steps:
    """Keep every folder at exactly its commit; changes made on the host are set aside as a patch and undone.

    + repos: what the folders are to be
    + left: folders that no repository belongs to any more; they stay, and it is said
    + unfetched: why repositories could not be had on the control node; with one, nothing is done on this host
    """
    wanted = list(repos)
    if unfetched:
        yield shell.refuse("; ".join(unfetched))
        return
    found = ask(host, Checkouts, paths=[*(each.path for each in wanted), *left])
    if found is None or not found.keys() >= {*(each.path for each in wanted), *left}:
        yield shell.refuse("could not read the content repositories; is git there? (the system module installs it)")
        return
    for path in left:
        if found[path].kind != "none":
            host.noop(f"{path} is left alone: no setting names a repository for it")
    for each in wanted:
        yield from _one(each, found[each.path])
