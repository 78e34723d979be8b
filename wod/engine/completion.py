"""How much of a workshop a student has done: the share of executed cells among those that can be executed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

COUNT = re.compile(rb'"execution_count"\s*:\s*(null|\d+)')
"""As nbformat writes it. In a cell's own text the quotes are escaped, so that does not match."""
LIMIT = 64 << 20
"""Bytes of a notebook that are looked at; a student may have written anything."""
MOST = 500
"""Notebooks that are looked at."""


def counted(notebook: bytes) -> tuple[int, int]:
    """``(executed, all)`` of one notebook, broken or not."""
    counts = COUNT.findall(notebook)
    return sum(count != b"null" for count in counts), len(counts)


def percentage(notebooks: Iterable[bytes]) -> int:
    """0 to 100; 0 where there is nothing to execute."""
    pairs = [counted(notebook) for notebook in notebooks]  # one notebook in memory at a time
    total = sum(pair[1] for pair in pairs)
    return sum(pair[0] for pair in pairs) * 100 // total if total else 0


def _read(name: str, folder: int) -> bytes:
    """A regular file of a folder; empty for anything else: links and pipes may be traps."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(LIMIT) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""


def of(folder: Path) -> int:
    """The percentage for the notebooks right in a student's workshop folder; 0 if it is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        names = sorted(name for name in os.listdir(descriptor) if name.endswith(".ipynb"))
        return percentage(_read(name, descriptor) for name in names[:MOST])
    finally:
        os.close(descriptor)
