"""The digest of an environment, and switching from one tree to another, for real."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from wod.operations.hubtree import _SWITCH, digest_of

OLD, OLDER, NEW = "0" * 12, "a" * 12, "1" * 12


def test_a_digest_follows_from_every_source() -> None:
    assert digest_of(["a", "b"]) == digest_of(["a", "b"])
    assert len({digest_of(sources) for sources in (["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], ["a"])}) == 5
    assert len(digest_of([])) == 12


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with two trees, the link on one of them, a Hub's database, and a folder that is not ours."""
    for digest in (OLD, OLDER, NEW):
        (tmp_path / f"hub-{digest}" / "bin").mkdir(parents=True)
        (tmp_path / f"hub-{digest}" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "hub-mydatafolder").mkdir()
    (tmp_path / "hub").symlink_to(tmp_path / f"hub-{OLD}")
    (tmp_path / "state").mkdir()
    with sqlite3.connect(tmp_path / "state" / "jupyterhub.sqlite") as database:
        database.execute("create table users (name text)")
        database.execute("insert into users values ('student1')")
    return tmp_path


def switch(place: Path, digest: str) -> None:
    names = f"link={place}/hub tree={place}/hub-{digest} state={place}/state\n"
    subprocess.run(["sh", "-euc", names + _SWITCH], check=True)


def backups(place: Path) -> list[Path]:
    return sorted((place / "state" / "backups").glob("*")) if (place / "state" / "backups").exists() else []


def test_the_link_moves_and_the_way_back_stays(place: Path) -> None:
    switch(place, NEW)
    assert (place / "hub").readlink() == place / f"hub-{NEW}"
    assert sorted(path.name for path in place.glob("hub-*")) == [f"hub-{OLD}", f"hub-{NEW}", "hub-mydatafolder"]


def test_the_database_is_copied_before_another_tree_takes_over(place: Path) -> None:
    switch(place, NEW)
    (copy,) = backups(place)
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as database:
        assert database.execute("select name from users").fetchall() == [("student1",)]


def test_the_same_tree_again_changes_nothing(place: Path) -> None:
    switch(place, OLD)
    assert (place / "hub").readlink() == place / f"hub-{OLD}"
    assert backups(place) == []


def test_five_copies_are_kept(place: Path) -> None:
    (place / "state" / "backups").mkdir()
    for number in range(7):
        (place / "state" / "backups" / f"jupyterhub-2026010{number}T000000.sqlite").touch()
    switch(place, NEW)
    assert len(backups(place)) == 5


MAPPING = """
import mmap, sys
file = open(sys.argv[1], "r+b")
mapped = mmap.mmap(file.fileno(), 0)
print(flush=True)
sys.stdin.read()
"""


def test_a_tree_in_use_is_kept(place: Path) -> None:
    """Servers that run while the Hub is upgraded keep the tree they started from."""
    library = place / f"hub-{OLDER}" / "data"
    library.write_bytes(b"x" * 4096)
    command = [sys.executable, "-c", MAPPING, str(library)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as user:
        assert user.stdout is not None
        user.stdout.readline()
        switch(place, NEW)
        assert library.exists()
        user.communicate()
    switch(place, OLD)
    assert not library.exists()


def test_a_host_without_an_environment_yet(place: Path) -> None:
    (place / "hub").unlink()
    switch(place, NEW)
    assert (place / "hub").readlink() == place / f"hub-{NEW}"
    assert backups(place) == []
