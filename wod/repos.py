"""Content repositories on the control node: fetched once per process, each branch resolved to a commit.

Everything is kept below ``WOD_CACHE`` (default: the user's cache folder), in a folder that only its owner can read.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import platformdirs

from wod import gitcommand, samplerepo, samples
from wod.errors import WodError
from wod.gitcommand import GitFailed
from wod.sources import SAMPLES, Source

LOCK_SECONDS = 600
REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_MIRRORS: dict[tuple[Path, str, str], Path | GitFailed] = {}
_THREADS = threading.RLock()


class Unfetched(WodError):
    """A repository could not be had; the text is one sentence with the setting and the mend."""


@dataclass(frozen=True)
class Fetched:
    """A repository that is here: ``mirror`` is a bare repository, ``commit`` the full id that its hosts are to have."""

    source: Source
    mirror: Path
    commit: str


def cache_folder() -> Path:
    """Where repositories are kept, made when it is not there; 0700, for private ones lie in it."""
    given = os.environ.get("WOD_CACHE")
    folder = (Path(given).expanduser() if given else platformdirs.user_cache_path("wod")) / "content"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise WodError(f"{folder} cannot be used: {error.strerror}; name another folder with WOD_CACHE") from None
    return folder


def fetch(source: Source) -> Fetched:
    """The repository, fetched once per process, and the commit of its branch; :class:`Unfetched` says why not."""
    try:
        mirror = _mirror(source)
    except GitFailed as failure:
        raise Unfetched(gitcommand.in_words(source, str(failure))) from None
    return Fetched(source, mirror, _commit(mirror, source))


def mirror_of(url: str) -> Path:
    """Where the repository of a URL is kept, if it was ever fetched."""
    return cache_folder() / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.git"


def keep(url: str, commit: str) -> bool:
    """Let a commit stay here, whatever becomes of the branch that has it; whether it is here."""
    mirror = mirror_of(url)
    if not (mirror / "HEAD").exists() or not resolved(mirror, f"{commit}^{{commit}}"):
        return False
    gitcommand.run("update-ref", f"refs/wod/{commit}", commit, mirror=mirror)
    return True


def forget() -> None:
    """Fetch again when asked again, in this process."""
    _MIRRORS.clear()


def _mirror(source: Source) -> Path:
    """The bare repository of a source. A failure is remembered too: many hosts must not wait for it one by one."""
    token = source.token.reveal() if source.token else ""
    key = (cache_folder(), source.url, hashlib.sha256(token.encode()).hexdigest())
    with _THREADS:
        if key not in _MIRRORS:
            try:
                _MIRRORS[key] = _made(source)
            except GitFailed as failure:
                _MIRRORS[key] = failure
        found = _MIRRORS[key]
    if isinstance(found, GitFailed):
        raise found
    return found


def _made(source: Source) -> Path:
    if source.name == SAMPLES:
        return samplerepo.repository(samples.PUBLIC, cache_folder())
    mirror = mirror_of(source.url)
    with alone(mirror):
        try:
            _update(mirror, source)
        except GitFailed:
            if _is_whole(mirror):
                raise
            shutil.rmtree(mirror)  # damaged, by a full disk or a lost machine: nothing but a copy
            _update(mirror, source)
    return mirror


def _update(mirror: Path, source: Source) -> None:
    if not (mirror / "HEAD").exists():
        gitcommand.run("init", "--quiet", "--bare", "--template=", str(mirror))
    for left in mirror.rglob("*.lock"):  # of a killed run: the lock that counts is ours
        left.unlink(missing_ok=True)
    options = ("--quiet", "--prune", "--no-write-fetch-head", "--no-recurse-submodules")
    gitcommand.run("fetch", *options, "--", source.url, *REFS, mirror=mirror, source=source)


def _is_whole(mirror: Path) -> bool:
    try:
        gitcommand.run("fsck", "--connectivity-only", "--no-dangling", mirror=mirror)
    except GitFailed:
        return False
    return True


@contextmanager
def alone(mirror: Path) -> Iterator[None]:
    """One process at a time at a folder of the cache.

    It is asked for again and again, since waiting in flock(2) would stop every other host.
    """
    lock = os.open(mirror.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _taken(lock):
            if time.monotonic() > deadline:
                raise WodError(f"another run of wod has held {mirror} for {LOCK_SECONDS // 60} minutes; end it first")
            time.sleep(0.1)
        yield
    finally:
        os.close(lock)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _commit(mirror: Path, source: Source) -> str:
    for kind in ("heads", "tags"):
        found = resolved(mirror, f"refs/{kind}/{source.branch}^{{commit}}")
        if found:
            return found
    listed = gitcommand.run("for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags", mirror=mirror)
    names = sorted({name.split("/", 2)[2] for name in listed.split()})
    near = get_close_matches(source.branch, names, cutoff=0.5) or names[:5]
    has = f"it has {', '.join(near)}" if near else "it is empty"
    raise Unfetched(
        f"{source.place}: {source.name}: {source.url} has no branch or tag {source.branch} "
        f"({source.branch_setting}); {has}"
    )


def resolved(mirror: Path, revision: str) -> str:
    """The id of a revision; empty when the mirror does not have it."""
    try:
        return gitcommand.run("rev-parse", "--verify", "--quiet", revision, mirror=mirror)
    except GitFailed:
        return ""
