"""The worker's side of the queue: root reads what another account wrote, and trusts none of it.

The receiver takes mail from strangers. If it were taken over, it must not make root follow a link, hang on a pipe, read
without end or carry out what the mail's own parser would refuse. So files are opened without following links, only
regular ones of its own are read, and every field is judged again.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wod.engine.grammar import IDENTITY, fault
from wod.engine.request import Request

LIMIT = 8192
"""Bytes of a request."""
BATCH = 200
"""Requests taken in one go, so that the worker's loop goes round."""
FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC


def untouched(queue: Path) -> bool:
    """Whether no mail has come yet: the receiver makes the folders of the queue with the first one."""
    return not (queue / "new").exists()


@contextmanager
def opened(queue: Path) -> Iterator[int]:
    """The folder ``new/`` of the queue, as a handle."""
    top = os.open(queue, os.O_RDONLY | os.O_DIRECTORY | FLAGS)
    try:
        new = os.open("new", os.O_RDONLY | os.O_DIRECTORY | FLAGS, dir_fd=top)
    finally:
        os.close(top)
    try:
        yield new
    finally:
        os.close(new)


def names(new: int) -> list[str]:
    """The oldest first, as ids sort by arrival."""
    return sorted(os.listdir(new))


def read(new: int, name: str, first: int, last: int) -> Request:
    """The request in file ``name``; :class:`ValueError` if it is not one that the receiver would have written."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NONBLOCK | FLAGS, dir_fd=new)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise ValueError("a link or a socket") from None
        raise
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.fstat(new).st_uid:
            raise ValueError("not a file of the receiver's own")
        data = os.read(handle, LIMIT + 1)
    finally:
        os.close(handle)
    if len(data) > LIMIT:
        raise ValueError(f"larger than {LIMIT} bytes")
    return check(data.decode("ascii"), name, first, last)


def check(text: str, name: str, first: int, last: int) -> Request:
    """The request in ``text``, whose id must be ``name``; :class:`ValueError` otherwise."""
    try:
        request = Request.load(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    words = (request.id, request.verb, request.email, request.workshop, request.client)
    if not all(isinstance(word, str) for word in words) or not isinstance(request.signed, bool):
        raise ValueError("a field has the wrong type")
    if request.id != name or not IDENTITY.fullmatch(name):
        raise ValueError("the id is not the file's name")
    if type(request.received) not in (int, float) or not 0 < request.received < 1e11:
        raise ValueError("the time is not a time")
    if reason := fault(request, first, last):
        raise ValueError(reason)
    return request


def remove(new: int, name: str) -> None:
    """Durable: a request that was taken over does not come back."""
    try:
        os.unlink(name, dir_fd=new)
    except IsADirectoryError:
        os.rename(name, f".{name}"[:200], src_dir_fd=new, dst_dir_fd=new)
    os.fsync(new)
