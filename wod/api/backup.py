"""Backups of the database: each is made whole or not at all, and the newest ones are kept."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from wod.api import libpq

FOLDER = Path("/var/lib/wod-api/backups")
_NAME = re.compile(r"wod-(\d{8}T\d{6}Z)(?:-(\d+))?[.]dump", re.ASCII)
_PARTIAL = ".partial-"


def make(url: str, folder: Path = FOLDER, now: datetime | None = None) -> Path:
    """A new backup, read back before it has its name. :class:`RuntimeError` with what PostgreSQL said."""
    with _held(folder):
        for left in folder.glob(f"{_PARTIAL}*"):  # by a run that was killed
            left.unlink()
        path = _unused(folder, now or datetime.now(timezone.utc))
        partial = folder / f"{_PARTIAL}{path.name}"
        try:
            _dump(url, partial)
            contents(partial)
            partial.rename(path)
        finally:
            partial.unlink(missing_ok=True)
        _sync(folder)
    return path


def _dump(url: str, path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        libpq.run("pg_dump", "--format=custom", "--no-password", url=url, stdout=handle)
        os.fsync(handle)
    finally:
        os.close(handle)


def _unused(folder: Path, now: datetime) -> Path:
    moment = now.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    names = [f"wod-{moment}.dump", *(f"wod-{moment}-{number}.dump" for number in range(2, 100))]
    return next(folder / name for name in names if not (folder / name).exists())


def contents(path: Path) -> str:
    """A dump's own list of what is in it. :class:`ValueError` for a file that is no whole dump."""
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    done = subprocess.run(["pg_restore", "--list", path], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"{path} is no whole dump of `pg_dump -Fc`: {libpq.reason(done.stderr)}")
    return done.stdout


def backups(folder: Path = FOLDER) -> list[Path]:
    """Ours, the newest first."""
    found = folder.iterdir() if folder.is_dir() else iter(())
    return sorted((path for path in found if _NAME.fullmatch(path.name)), key=_age, reverse=True)


def _age(path: Path) -> tuple[str, int]:
    found = _NAME.fullmatch(path.name)
    return (found[1], int(found[2] or 1)) if found else ("", 0)


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove what is older than the ``keep`` newest, and return it. :class:`RuntimeError` if none of those is good."""
    if keep < 1:
        raise ValueError(f"{keep} backups are none; keep at least one")
    with _held(folder):
        kept, old = backups(folder)[:keep], backups(folder)[keep:]
        if old and not any(map(_is_good, kept)):
            raise RuntimeError(f"none of the newest {keep} backups in {folder} is good, so no older one was removed")
        for path in old:
            path.unlink()
    return old


def _is_good(path: Path) -> bool:
    try:
        return bool(contents(path))
    except ValueError:
        return False


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The folder, for one at a time."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sync(folder: Path) -> None:
    """A rename is safe from a power cut only when its folder is written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
