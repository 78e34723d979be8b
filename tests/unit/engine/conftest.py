"""Folders for tests of the engine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: for tests that sync thousands of files and are not about the disk."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="wod-test-", dir=shared if shared.is_dir() else tmp_path) as folder:
        yield Path(folder)
