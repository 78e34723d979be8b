"""What a hostile account could plant in the queue, which root reads."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.engine.orders import config, idle, once, queue_folder, request
from tests.unit.engine.plans import Plan


def planted(path: Path, **changes: object) -> str:
    """A request that would be carried out if it were believed."""
    return json.dumps({**vars(request(customer=66)), "id": path.name, **changes})


def foreign(path: Path, owner: int) -> Path:
    """A whole request in a file of ``owner``, outside ``new/``."""
    other = path.parent.parent / "foreign"
    other.write_text(planted(path))
    os.chown(other, owner, owner)
    return other


PLANTED: dict[str, Callable[[Path], object]] = {
    "link": lambda path: path.symlink_to(foreign(path, 0)),
    "hard link": lambda path: path.hardlink_to(foreign(path, 60001)),
    "pipe": os.mkfifo,
    "folder": lambda path: path.mkdir(),
    "noise": lambda path: path.write_bytes(b"\xff\x00"),
    "nested": lambda path: path.write_text("[" * 8000),
    "huge": lambda path: path.write_text(" " * 9000 + planted(path)),
    "other id": lambda path: path.write_text(planted(path, id=request().id)),
    "out of range": lambda path: path.write_text(planted(path, first=21, last=21)),
    "type": lambda path: path.write_text(planted(path, email=["x"])),
    "path": lambda path: path.write_text(planted(path, workshop="../x")),
}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another account")
@pytest.mark.parametrize("kind", PLANTED)
def test_root_trusts_nothing_in_the_queue(tmp_path: Path, kind: str) -> None:
    """And goes on with what is good."""
    good, plan = request(time.time()), Plan("one")
    settings = config(tmp_path)
    PLANTED[kind](tmp_path / "queue/new" / request(1.0).id)
    queue_folder(tmp_path / "queue").put(good)
    once(settings, plan, idle)
    assert plan.ran == [(5, "one")]
    assert [path for path in (tmp_path / "queue/new").iterdir() if not path.name.startswith(".")] == []


def test_what_is_planted_would_be_carried_out(tmp_path: Path) -> None:
    """So the test above refuses for the reason that it names."""
    settings, plan, path = config(tmp_path), Plan("one"), tmp_path / "queue/new" / request(1.0).id
    path.write_text(planted(path))
    once(settings, plan, idle)
    assert plan.ran == [(66, "one")]
