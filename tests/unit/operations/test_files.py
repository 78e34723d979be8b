"""Files, folders and links: what is decided, and the real scripts in a real folder."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
from pathlib import Path

import pytest

from tests.commands import run, stdin_of
from wod import shell
from wod.facts.files import PathState, PathStates
from wod.operations import files
from wod.operations.files import Absent, Directory, Entry, File, Link, change_for, text_of
from wod.secrets import Secret
from wod.shell import UnsafeArgument

ME = pwd.getpwuid(os.geteuid()).pw_name
MY_GROUP = grp.getgrgid(os.getegid()).gr_name
DIGEST = hashlib.sha256(b"text\n").hexdigest()
RIGHT_FILE = PathState("file", 0o644, "root", "root", DIGEST)


@pytest.mark.parametrize(
    ("entry", "state", "changes"),
    [
        (File("/f", "text"), RIGHT_FILE, False),
        (File("/f", "text\n"), RIGHT_FILE, False),
        (File("/f", Secret("S", "text")), RIGHT_FILE, False),
        (File("/f", "other"), RIGHT_FILE, True),
        (File("/f", "text", 0o600), RIGHT_FILE, True),
        (File("/f", "text", user="me"), RIGHT_FILE, True),
        (File("/f", "text"), PathState("none"), True),
        (File("/f", "text"), PathState("link", detail="/x"), True),
        (Directory("/d"), PathState("dir", 0o755, "root", "root"), False),
        (Directory("/d"), PathState("dir", 0o777, "root", "root"), True),
        (Directory("/d"), PathState("dir", 0o755, "me", "root"), True),
        (Directory("/d"), PathState("none"), True),
        (Directory("/d"), PathState("link", detail="/x"), True),
        (Link("/l", "/x"), PathState("link", detail="/x"), False),
        (Link("/l", "/x"), PathState("link", detail="/y"), True),
        (Link("/l", "/x"), PathState("none"), True),
        (Absent("/a"), PathState("none"), False),
        (Absent("/a"), PathState("file", 0o644, "root", "root", DIGEST), True),
        (Absent("/a"), PathState("link", detail="/x"), True),
        (Absent("/a"), PathState("dir", 0o755, "root", "root"), False),
    ],
)
def test_when_something_is_done(entry: Entry, state: PathState, changes: bool) -> None:
    assert (change_for(entry, state) is not None) == changes


def test_a_secret_is_in_stdin_only() -> None:
    command = change_for(File("/token", Secret("TOKEN", "hunter2"), 0o600), PathState("none"))
    assert command is not None
    assert stdin_of(command) == "hunter2\n"
    assert "hunter2" not in command.get_raw_value()


@pytest.mark.parametrize("path", ["-rf", "/a\nb", "/a\0b"])
def test_paths_that_no_argument_can_hold_are_refused(path: str) -> None:
    for entry in (File(path, ""), Directory(path), Link(path, "/x")):
        with pytest.raises(UnsafeArgument):
            change_for(entry, PathState("none"))


# --- the real scripts, in a folder of this machine


def state_of(path: Path) -> PathState:
    states = PathStates().process(run(PathStates().command([str(path)])).stdout.splitlines())
    assert states is not None
    return states[str(path)]


def apply(entry: Entry) -> str:
    """Make an entry true and return what was said on stderr; a second time nothing is left to do."""
    command = change_for(entry, state_of(Path(entry.path)))
    assert command is not None
    done = run(command)
    if done.returncode == 0:
        assert change_for(entry, state_of(Path(entry.path))) is None
    return done.stderr


def mine(path: Path, content: str = "new", mode: int = 0o640, check: str = "") -> File:
    return File(str(path), content, mode, ME, MY_GROUP, check)


NAMES = ["plain", "two words", "it's", 'a "quote"', "$HOME;reboot", "`id`", "é", "back\\slash"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_is_written(tmp_path: Path, name: str) -> None:
    apply(mine(tmp_path / name, 'it\'s 100% "new" $HOME\\n'))
    assert (tmp_path / name).read_text() == 'it\'s 100% "new" $HOME\\n\n'
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_takes_the_place_of_a_link_not_of_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "other").write_text("other")
    for target in ("folder", "other", "nowhere"):
        path = tmp_path / f"to-{target}"
        path.symlink_to(target)
        apply(mine(path))
        assert path.read_text() == "new\n"
        assert not path.is_symlink()
    assert (tmp_path / "other").read_text() == "other"
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_folder_in_the_way_of_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    assert "a folder is in the way of a file" in apply(mine(tmp_path / "x"))
    assert list(tmp_path.rglob("*")) == [tmp_path / "x"]


def test_content_that_its_check_refuses_keeps_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    said = apply(mine(path, check="echo no such thing as %s; grep -q good %s"))
    assert "no such thing as" in said
    assert "the new content was refused, the old one stays" in said
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_content_that_its_check_accepts_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "it's a name"
    apply(mine(path, "good", check="grep -q good %s"))
    assert path.read_text() == "good\n"


def test_a_secret_is_never_readable_by_others(tmp_path: Path) -> None:
    """Not even through what a killed run left behind, with the mode of another day."""
    left = tmp_path / "token.wod-new"
    left.write_text("half")
    left.chmod(0o644)
    check = f"stat -c %a %s > {tmp_path}/mode; test ! {tmp_path}/inode -ef %s"
    os.link(left, tmp_path / "inode")
    apply(mine(tmp_path / "token", "secret", 0o600, check))
    assert (tmp_path / "mode").read_text() == "600\n"
    assert (tmp_path / "inode").read_text() == "half"


def test_attributes_alone_leave_the_content_alone(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("new\n")
    path.chmod(0o666)
    before = path.stat().st_mtime_ns
    apply(mine(path))
    assert (path.stat().st_mode & 0o7777, path.stat().st_mtime_ns) == (0o640, before)


def test_folders_are_made_with_their_parents_and_keep_what_is_in_them(tmp_path: Path) -> None:
    folder = Directory(str(tmp_path / "a b" / "c"), 0o700, ME, MY_GROUP)
    apply(folder)
    (tmp_path / "a b" / "c" / "kept").touch()
    (tmp_path / "a b" / "c").chmod(0o777)
    apply(folder)
    assert [path.name for path in (tmp_path / "a b" / "c").iterdir()] == ["kept"]


@pytest.mark.parametrize("kind", ["file", "link", "dangling"])
def test_what_is_in_the_way_of_a_folder_is_said(tmp_path: Path, kind: str) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    path = tmp_path / "x"
    path.touch() if kind == "file" else path.symlink_to("elsewhere" if kind == "link" else "nowhere")
    assert "something else is in the way of a folder" in apply(Directory(str(path), 0o755, ME, MY_GROUP))
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o700


def test_links(tmp_path: Path) -> None:
    path = tmp_path / "link"
    apply(Link(str(path), "/one"))
    apply(Link(str(path), "/two"))
    assert path.readlink() == Path("/two")
    (tmp_path / "folder").mkdir()
    assert "a folder is in the way of a link" in apply(Link(str(tmp_path / "folder"), "/one"))


def test_what_is_to_be_absent_goes_but_no_folder(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    (tmp_path / "link").symlink_to("kept")
    apply(Absent(str(tmp_path / "link")))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_secret_of_the_host_is_made_there(tmp_path: Path) -> None:
    path = tmp_path / "proxy.env"
    for _ in range(2):
        assert run(shell.script(files._MAKE_ONCE, str(path), "TOKEN")).returncode == 0
    name, _, value = path.read_text().strip().partition("=")
    assert name == "TOKEN"
    assert len(bytes.fromhex(value)) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("content", "text"), [("a", "a\n"), ("a\n", "a\n"), ("", "\n"), (Secret("S", "x"), "x\n")])
def test_text_ends_in_a_line_break(content: str, text: str) -> None:
    assert text_of(content) == text


def test_content_that_was_cut_off_on_the_way_is_refused(tmp_path: Path) -> None:
    """A control process that is killed while it sends leaves its command with half of the content."""
    path = tmp_path / "x"
    path.write_text("old")
    command = change_for(mine(path, "a whole file"), PathState("none"))
    assert command is not None
    command.connector_arguments["_stdin"] = "a who"
    done = run(command)
    assert done.returncode != 0
    assert "its content was cut off on the way" in done.stderr
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
