"""What is made of a fetched repository: bundles of what a host lacks, and the files themselves to look at."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Collection
from pathlib import Path

from wod import gitcommand
from wod.repos import Fetched, cache_folder, resolved

KEEP_SECONDS = 24 * 3600
"""How long they are kept after their last use: until the hosts of a run have them."""
_THREADS = threading.RLock()


def bundle(fetched: Fetched, has: Collection[str]) -> Path | None:
    """A bundle (gitformat-bundle(5)) with what a host lacks, or ``None`` when it lacks nothing.

    ``has`` are the ids of commits that the host has with all their history. The one reference in the bundle is
    ``refs/wod/<commit>``; it stays in the mirror, so that a branch that was rewritten is still something to build on.
    """
    mirror, commit = fetched.mirror, fetched.commit
    known = sorted(base for base in set(has) if resolved(mirror, f"{base}^{{commit}}"))
    if known and not gitcommand.run(
        "rev-list", "--max-count=1", commit, *(f"^{base}" for base in known), mirror=mirror
    ):
        return None
    target = cache_folder() / f"{commit}-{hashlib.sha256(' '.join(known).encode()).hexdigest()[:16]}.bundle"
    with _THREADS:
        if target.exists():
            os.utime(target)
        else:
            _write_bundle(mirror, commit, known, target)
    return target


def _write_bundle(mirror: Path, commit: str, known: list[str], target: Path) -> None:
    for old in target.parent.glob("*.bundle*"):
        if old.stat().st_mtime < time.time() - KEEP_SECONDS:
            old.unlink(missing_ok=True)
    gitcommand.run("update-ref", f"refs/wod/{commit}", commit, mirror=mirror)
    new = f"{target}.{os.getpid()}"
    # The files too: where history was rewritten, those that stayed are not sent again.
    bases = [f"^{base}{part}" for base in known for part in ("", "^{tree}")]
    gitcommand.run("bundle", "create", "--quiet", new, f"refs/wod/{commit}", *bases, mirror=mirror)
    os.replace(new, target)


def tree(fetched: Fetched) -> Path:
    """The files of the commit, in a folder of the cache; made once, to be read only."""
    target = cache_folder() / f"{fetched.commit}.tree"
    with _THREADS:
        if not target.is_dir():
            _check_out(fetched, target)
    return target


def _check_out(fetched: Fetched, target: Path) -> None:
    for old in target.parent.glob("*.tree"):
        if old.stat().st_mtime < time.time() - KEEP_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="tree-new-") as folder:
        files = Path(folder) / "files"
        files.mkdir()
        index = {"GIT_INDEX_FILE": f"{folder}/index", "GIT_WORK_TREE": str(files)}
        gitcommand.run("read-tree", "-u", "--reset", fetched.commit, mirror=fetched.mirror, extra=index)
        try:
            files.rename(target)
        except OSError:
            if not target.is_dir():  # another process was not first
                raise
