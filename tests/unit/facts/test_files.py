"""The state of paths, from real hosts and read for real on this machine."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.commands import run
from tests.fixtures import lines
from wod.facts.files import PathState, PathStates
from wod.shell import UnsafeArgument


@pytest.mark.parametrize("distribution", ["debian12", "debian13"])
def test_what_real_hosts_print(distribution: str) -> None:
    states = PathStates().process(lines(f"{distribution}/files"))
    assert states is not None
    assert states.pop("/etc/sudoers.d/90-wod").mode == 0o440
    assert states.pop("/opt/jupyterhub").detail.startswith("/opt/jupyterhub-")
    assert states == {
        "/etc/jupyterhub": PathState("dir", 0o755, "root", "root"),
        "/nowhere": PathState("none"),
        "/dev/null": PathState("other", 0o666, "root", "root"),
        "/student": PathState("dir", 0o711, "wodadmin", "wodadmin"),
    }


NAMES = ["plain", "two words", "it's", 'a "quote"', "a|pipe", "$HOME", "`id`", "é", "*", "back\\slash"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("content")
    path.chmod(0o640)
    states = PathStates().process(run(PathStates().command([str(path)])).stdout.splitlines())
    assert states is not None
    state = states[str(path)]
    assert (state.kind, state.mode) == ("file", 0o640)
    assert state.detail == hashlib.sha256(b"content").hexdigest()


def test_every_kind_of_path(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("/to|somewhere else")
    os.mkfifo(tmp_path / "pipe")
    paths = [str(tmp_path / name) for name in ("folder", "link", "pipe", "nothing")]
    states = PathStates().process(run(PathStates().command(paths)).stdout.splitlines())
    assert states is not None
    assert [states[path].kind for path in paths] == ["dir", "link", "other", "none"]
    assert states[paths[1]].detail == "?"  # no target of ours, so never taken for one


def test_a_path_with_a_line_break_is_refused() -> None:
    with pytest.raises(UnsafeArgument):
        PathStates().command(["/tmp/a\nb"])
