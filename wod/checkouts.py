"""Folders in git on the control node: at which commit they are, and the same folder as it was at another one.

Other commits get worktrees of their own, below the cache folder: what somebody is working on is not touched.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from wod import repos
from wod.errors import BadInput

KEPT = 6
"""Worktrees that are kept for the next time."""
SECONDS = 300
"""How long one git command may take."""


@dataclass(frozen=True)
class Checkout:
    """A folder, with the commit that it is to be at; without one it is used as it is.

    ``changed``: files that git knows differed from the commit.
    """

    path: str
    commit: str = ""
    changed: bool = False


def checkout_of(folder: Path) -> Checkout:
    """What a folder is now; without a commit where git does not keep it: no checkout, or ignored in one."""
    path = folder.resolve()
    if not path.is_dir() or not _said(path, "ls-files", "--", "."):
        return Checkout(str(path))
    changed = bool(_said(path, "status", "--porcelain", "--untracked-files=no", "--", "."))
    return Checkout(str(path), commit_of(path, "HEAD"), changed)


def top_of(folder: Path) -> str:
    """The checkout that a folder lies in; empty when it is in none."""
    return _said(folder, "rev-parse", "--show-toplevel")


def commit_of(folder: Path, revision: str) -> str:
    """The full id of a commit, tag or branch; empty when there is none."""
    return _said(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")


def names_near(folder: Path, revision: str) -> list[str]:
    """Tags and branches whose names are like ``revision``; the newest tags when none is."""
    listed = _said(
        folder, "for-each-ref", "--sort=-creatordate", "--format=%(refname:short)", "refs/tags", "refs/heads"
    )
    return get_close_matches(revision, listed.split(), cutoff=0.5) or listed.split()[:3]


def folder_at(checkout: Checkout) -> Path:
    """The folder as it was at its commit: a worktree, made when it is not there. :class:`BadInput` says why not."""
    path = Path(checkout.path)
    if not checkout.commit:
        return path
    if not commit_of(path, checkout.commit):
        raise BadInput(f"{path} has no commit {checkout.commit[:12]} any more; fetch it, or name another roll-out")
    top = Path(top_of(path))
    worktree = _worktree(top, checkout.commit)
    folder = worktree / path.relative_to(top)
    if not folder.is_dir():
        raise BadInput(f"{path} was not there at {checkout.commit[:12]}; name another roll-out")
    return folder


def lend(folder: Path, to: Path, always: tuple[str, ...] = ()) -> None:
    """Link into ``to``, an older state of ``folder``, what git does not keep there; and the folders ``always``."""
    _git(to, "clean", "-ffdxq", "--", ".")
    loose = _said(folder, "ls-files", "--others", "--directory", "--no-empty-directory", "-z").split("\0")
    for name in {*(each.rstrip("/") for each in loose if each), *always}:
        target = to / name
        if name in always:
            (folder / name).mkdir(mode=0o700, exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
        if not os.path.lexists(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(folder / name)


def folder_of_worktrees() -> Path:
    """0700: private settings lie in it."""
    folder = repos.cache_folder().parent / "revisions"
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    return folder


def _worktree(top: Path, commit: str) -> Path:
    path = folder_of_worktrees() / f"{hashlib.sha256(str(top).encode()).hexdigest()[:8]}-{commit[:12]}"
    with repos.alone(path):
        if not (path / ".git").is_file() or commit_of(path, "HEAD") != commit:
            shutil.rmtree(path, ignore_errors=True)  # cut off while it was made
            _git(top, "worktree", "prune")
            _git(top, "worktree", "add", "--quiet", "--detach", "--force", "--force", str(path), commit)
        _git(path, "reset", "--quiet", "--hard", commit)  # whatever somebody did there
        os.utime(path)
    for old in sorted(_worktrees(), key=lambda each: each.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return path


def _worktrees() -> list[Path]:
    return [path for path in folder_of_worktrees().iterdir() if (path / ".git").is_file()]


def _git(folder: Path, *arguments: str) -> str:
    """With the operator's own configuration, as for the checkout itself, and without its hooks."""
    command = ["git", "-C", str(folder), "-c", f"core.hooksPath={os.devnull}", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadInput(f"{folder}: git {arguments[0]} could not be run: {error}") from None
    if done.returncode:
        reason = " ".join(done.stderr.split()) or f"it ended with {done.returncode}"
        raise BadInput(f"{folder}: git {arguments[0]}: {reason}")
    return done.stdout.strip()


def _said(folder: Path, *arguments: str) -> str:
    """What git says; empty when it refuses."""
    with suppress(BadInput):
        return _git(folder, *arguments) if folder.is_dir() else ""
    return ""
