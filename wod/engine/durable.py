"""Files that survive a power cut: a function here returns when its work is on the disk."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def sync_folder(path: Path) -> None:
    """Names that were added to or removed from ``path`` stay so."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    """``os.write`` may write a part when the disk is nearly full; the next call then says why."""
    while data:
        data = data[os.write(handle, data) :]


def create(path: Path, text: str) -> None:
    """A new file (0600) with its content; the caller syncs the folder. :class:`FileExistsError` when it is there."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _write_all(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: Path, text: str) -> None:
    """The whole file (0600), old or new, never half of one."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    create(fresh, text)
    fresh.rename(path)
    sync_folder(path.parent)


def move_folder(path: Path, target: Path) -> None:
    """By one rename; where the filesystem refuses that (overlayfs, a folder of its lower layer), by a whole copy."""
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy = target.with_name(f".new-{target.name}")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(path, copy)
        copy.rename(target)
        shutil.rmtree(path)
    sync_folder(target.parent)
    sync_folder(path.parent)


def append(path: Path, entries: list[dict[str, Any]]) -> None:
    """Lines of JSON at the end. What a power cut left of a half line is closed first, so that it harms no other."""
    lines = "".join(json.dumps(entry) + "\n" for entry in entries).encode()
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        _write_all(handle, (b"\n" if torn else b"") + lines)
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        sync_folder(path.parent)


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of JSON; one that a power cut damaged is left out. A missing file has none."""
    try:
        text = path.read_text(errors="replace")
    except FileNotFoundError:
        return []
    return [found for line in text.split("\n") if (found := entry(line)) is not None]


def entry(line: str) -> dict[str, Any] | None:
    """One line of JSON, or None if it is empty or damaged."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[None]:
    """Hold the lock of a file or folder; :class:`BlockingIOError` if another has it and ``wait`` is false.

    It ends with its process, however that ends. A missing file is made.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | (0 if path.is_dir() else os.O_CREAT)
    handle = os.open(path, flags, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)
