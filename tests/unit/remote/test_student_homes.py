"""Making and mending homes: one that exists is never replaced, and none is ever half-made."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

import pytest

from wod.remote import student_homes

ME = pwd.getpwuid(os.geteuid())
pytestmark = pytest.mark.skipif(shutil.which("setfacl") is None, reason="making homes needs setfacl (package acl)")
NAMES = ["student1", "student2", "student3"]


class Killed(BaseException):
    """As when the program is killed: nothing after this point happens."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for homes and a skeleton; every student is this account."""
    monkeypatch.setattr(student_homes.pwd, "getpwnam", lambda name: ME)
    (tmp_path / "homes").mkdir()
    (tmp_path / "skel" / "work").mkdir(parents=True)
    (tmp_path / "skel" / ".profile").write_text("umask 027\n")
    return tmp_path


def make(place: Path, names: list[str] = NAMES) -> None:
    student_homes.make(str(place / "homes"), names, ME.pw_name, str(place / "skel"))


def homes(place: Path) -> list[str]:
    return sorted(path.name for path in (place / "homes").iterdir())


def is_whole(home: Path) -> bool:
    return "system.posix_acl_default" in os.listxattr(home) and sorted(path.name for path in home.iterdir()) == [
        ".profile",
        "work",
    ]


def test_homes_are_made_whole(place: Path) -> None:
    make(place)
    assert homes(place) == NAMES
    assert all(is_whole(place / "homes" / name) for name in NAMES)


@pytest.mark.parametrize("kind", ["folder", "empty folder", "link", "file"])
def test_what_exists_is_never_replaced(place: Path, kind: str) -> None:
    home = place / "homes" / "student2"
    if kind == "link":
        home.symlink_to("elsewhere")
    elif kind == "file":
        home.write_text("mine")
    else:
        home.mkdir()
        if kind == "folder":
            (home / "thesis").write_text("mine")
    before = home.lstat()
    make(place)
    assert homes(place) == NAMES
    assert (home.lstat().st_ino, home.lstat().st_mode) == (before.st_ino, before.st_mode)
    if kind == "folder":
        assert [path.name for path in home.iterdir()] == ["thesis"]


STEPS = ["shutil.copytree", "os.lchown", "os.chmod", "subprocess.run", "os.rename", "os.rmdir"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("call", [1, 2])
def test_a_run_that_is_killed_leaves_no_half_made_home(
    place: Path, monkeypatch: pytest.MonkeyPatch, step: str, call: int
) -> None:
    module, function = step.split(".")
    real, calls = getattr(getattr(student_homes, module), function), []

    def dying(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        if len(calls) == call:
            raise Killed
        return real(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(getattr(student_homes, module), function, dying)
        try:
            make(place)
        except Killed:
            pass
    assert all(is_whole(place / "homes" / name) for name in homes(place) if name != ".wod-new")
    make(place)
    assert homes(place) == NAMES
    assert all(is_whole(place / "homes" / name) for name in NAMES)


def test_nobody_can_look_into_homes_that_are_being_made(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = []
    real = student_homes.own_tree
    monkeypatch.setattr(
        student_homes,
        "own_tree",
        lambda top, *ids: (modes.append(Path(top).parent.stat().st_mode & 0o777), real(top, *ids)),
    )
    make(place)
    assert modes == [0o700] * 3


def test_mending_touches_the_home_only(place: Path) -> None:
    make(place, ["student1"])
    home = place / "homes" / "student1"
    key = home / "key"
    key.write_text("private")
    key.chmod(0o600)
    home.chmod(0o4777)
    student_homes.mend(str(place / "homes"), ["student1"], ME.pw_name, "")
    assert home.stat().st_mode & 0o7777 == 0o770  # what the ACL makes of 0700
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text() == "private"


def test_links_in_a_skeleton_are_never_followed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "skel" / "passwd").symlink_to("/etc/passwd")
    changed: list[str] = []
    monkeypatch.setattr(student_homes.os, "lchown", lambda path, uid, gid: changed.append(os.path.basename(path)))
    make(place, ["student1"])
    assert sorted(changed) == [".profile", "passwd", "student1", "work"]
    assert (place / "homes" / "student1" / "passwd").is_symlink()
