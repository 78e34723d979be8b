"""What an ordinary account finds on a host; the program is run here as a host runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wod import remote

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody can go into: pytest's own are for root only."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def searched(needles: dict[str, str], *places: Path, user: str = "nobody") -> dict[str, Any]:
    asked = json.dumps({"needles": needles, "user": user, "places": [str(each) for each in places]})
    words = [sys.executable, "-I", "-c", remote.source("leak_search")]
    done = subprocess.run(words, input=asked, capture_output=True, text=True, check=True)
    assert not [value for value in needles.values() if value in done.stdout]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_finds_what_others_can_read_and_nothing_else(place: Path) -> None:
    needles = {"ONE": "planted-4711", "TWO": "planted-4712"}
    for name, mode in {"open": 0o644, "closed": 0o600}.items():
        (place / name).write_text("x planted-4711 y")
        (place / name).chmod(mode)
    (place / "link").symlink_to(place / "open")
    found = searched(needles, place, Path("/nonexistent"))
    assert found["found"] == [[str(place / "open"), "ONE"]]
    assert (found["user"], found["files"]) == ("nobody", 1)
    assert found["processes"] > 1


def test_it_finds_what_is_on_a_command_line(place: Path) -> None:
    sleeper = subprocess.Popen(["sleep", "60.04711"])
    try:
        found = searched({"ONE": "60.04711"}, place)["found"]
    finally:
        sleeper.kill()
        sleeper.wait()
    assert found == [["/proc/PID/cmdline of sleep", "ONE"]]


def test_an_account_that_is_not_there_is_nobody(place: Path) -> None:
    assert searched({"ONE": "planted-4711"}, place, user="student4711")["user"] == "nobody"
