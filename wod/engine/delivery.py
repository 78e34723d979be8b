"""Files on their way into a home: gathered as root, written by a ``tar`` that runs as the student.

A student may have put symbolic links where something is to be written. A program with the student's rights can follow
them only to where the student may write anyway.
"""

from __future__ import annotations

import io
import os
import stat
import subprocess
import tarfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from wod.engine.accounts import Account
from wod.engine.asuser import finish, popen_as

IGNORED = frozenset({".git", ".svn"})
TAR = ("tar", "--extract", "--file=-", "--preserve-permissions", "--no-same-owner")
"""GNU tar replaces a file or link that is in the way, unless a folder is to go where a folder is."""


@dataclass(frozen=True)
class Entry:
    """One thing to write at ``path`` (relative to the home): ``content`` is ``None`` for a folder, bytes for a file,

    a :class:`Path` for a file to be copied as it is, and text for where a symbolic link points.
    """

    path: str
    mode: int
    content: bytes | Path | str | None = None


def walk(folder: Path, prefix: str = "") -> Iterator[Entry]:
    """All folders, files and links below ``folder``, in the order of their names; links are never followed.

    Sockets, devices and pipes are left out, as are a repository's own folders.
    """
    for item in sorted(os.scandir(folder), key=lambda each: each.name):
        info, path = item.stat(follow_symlinks=False), os.path.join(prefix, item.name)
        if stat.S_ISLNK(info.st_mode):
            yield Entry(path, 0o777, os.readlink(item.path))
        elif stat.S_ISREG(info.st_mode):
            yield Entry(path, stat.S_IMODE(info.st_mode), Path(item.path))
        elif stat.S_ISDIR(info.st_mode) and item.name not in IGNORED:
            yield Entry(path, stat.S_IMODE(info.st_mode))
            yield from walk(Path(item.path), path)


def read_regular(path: Path, limit: int | None = None) -> bytes:
    """A regular file's content; :class:`OSError` for a link or anything else, or when it is longer than ``limit``."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            raise OSError(f"{path} is no regular file")
        if limit is not None and info.st_size > limit:
            raise OSError(f"{path} is longer than {limit} bytes")
        return file.read() if limit is None else file.read(limit)


def shared(mode: int) -> int:
    """The owner's rights for the group class too.

    In a folder with a default ACL these bits are the mask: without them the admin account's entry would be void. The
    group itself still gets nothing, for the ACL says so.
    """
    return mode | (mode & 0o700) >> 3


def _header(entry: Entry) -> tuple[tarfile.TarInfo, bytes]:
    info, data = tarfile.TarInfo(entry.path), b""
    info.mtime = time.time()  # what the file browser shows: new, as the participant is
    info.mode = entry.mode & 0o777  # neither setuid nor setgid comes from a content repository
    if entry.content is None:
        info.type = tarfile.DIRTYPE
    elif isinstance(entry.content, str):
        info.type, info.linkname = tarfile.SYMTYPE, entry.content
    else:
        data = entry.content if isinstance(entry.content, bytes) else read_regular(entry.content)
        info.size = len(data)
    return info, data


def _pour(entries: Iterable[Entry], pipe: IO[bytes]) -> int:
    count = 0
    try:
        with pipe, tarfile.open(fileobj=pipe, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            for entry in entries:
                info, data = _header(entry)
                archive.addfile(info, io.BytesIO(data))
                count += 1
    except BrokenPipeError:
        pass  # tar has given up (the disk is full, say), and will be asked why
    return count


def deliver(account: Account, home: Path, entries: Iterable[Entry], *, timeout: float = 300) -> int:
    """Write ``entries`` below ``home`` as the student, and say how many; :class:`~wod.engine.errors.TryLater`."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    process = popen_as(account, TAR, str(home), **pipes)
    pipe, process.stdin = cast(IO[bytes], process.stdin), None
    try:
        count = _pour(entries, pipe)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    finish(process, "tar", timeout=timeout)
    return count
