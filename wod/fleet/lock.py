"""One at a time: whoever changes the hosts of a platform holds its lock, and the next one is told who that is.

The kernel gives the lock back when its owner is gone, however that ended; what is written in the file only says who.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timezone

from wod.errors import BadInput
from wod.fleet.state import Folder


@dataclass(frozen=True)
class Owner:
    """Who has the lock, or had it."""

    user: str
    pid: int
    host: str
    reason: str
    since: str

    def __str__(self) -> str:
        return f"{self.user} (process {self.pid} on {self.host}, since {self.since}: {self.reason})"


class Locked(BadInput):
    """Somebody else is at work; nothing was touched."""


@contextmanager
def locked(folder: Folder, reason: str) -> Iterator[Owner | None]:
    """Hold the platform's lock meanwhile; gives the owner who died with it, if any. :class:`Locked` says who has it.

    Child processes inherit the lock: while one of a killed owner is still at a host, nobody else begins.
    """
    descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(
                f"{_owner(descriptor) or 'somebody'} is at work on this platform; wait until it ends"
            ) from None
        dead = _owner(descriptor)
        _write(descriptor, json.dumps(asdict(_me(reason))))
        try:
            yield dead
        finally:
            _write(descriptor, "")
    finally:
        os.close(descriptor)


def _me(reason: str) -> Owner:
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Owner(getpass.getuser(), os.getpid(), socket.gethostname(), reason, now)


def _owner(descriptor: int) -> Owner | None:
    """Who is written in the file: empty after an orderly end."""
    try:
        return Owner(**json.loads(os.pread(descriptor, 65536, 0)))
    except (ValueError, TypeError):
        return None


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
