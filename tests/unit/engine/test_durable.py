"""Folders move on every filesystem: a real overlay, whose lower layer's folders cannot be renamed."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from wod.engine import durable


@pytest.fixture
def overlay(tmp_path: Path) -> Iterator[Path]:
    """A mounted overlay with ``requests/a/journal.jsonl`` in its lower layer, on a tmpfs of its own."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", tmp_path], check=True)
    for name in ("lower/requests/a", "upper", "work", "merged"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "lower/requests/a/journal.jsonl").write_text('{"event": "queued"}\n')
    layers = f"lowerdir={tmp_path}/lower,upperdir={tmp_path}/upper,workdir={tmp_path}/work"
    try:
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, tmp_path / "merged"], check=True)
        yield tmp_path / "merged"
    finally:
        subprocess.run(["umount", "-R", tmp_path], check=True)


def test_a_folder_of_a_lower_layer_is_moved(overlay: Path) -> None:
    here, there = overlay / "requests/a", overlay / "requests/b"
    with pytest.raises(OSError, match=os.strerror(errno.EXDEV)):  # or the overlay is not of the kind this is about
        here.rename(there)
    durable.move_folder(here, there)
    assert durable.read(there / "journal.jsonl") == [{"event": "queued"}]
    assert [path.name for path in (overlay / "requests").iterdir()] == ["b"]


def test_another_error_is_not_swallowed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        durable.move_folder(tmp_path / "missing", tmp_path / "target")
