"""Which revision this is, in a checkout and outside of one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from wod import __version__
from wod import revision as module


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    module.revision.cache_clear()
    yield tmp_path
    module.revision.cache_clear()


def test_outside_a_checkout_it_is_the_version(root: Path) -> None:
    assert module.revision() == __version__


def test_without_git_it_is_the_version(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root))
    assert module.revision() == __version__


def commit(root: Path) -> None:
    (root / "file").write_text("one")
    for arguments in (
        ["init", "-q"],
        ["add", "file"],
        ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", root, *arguments], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_checkout_of_another_account_is_read_too(root: Path) -> None:
    """The nightly timer is root's, the checkout its operator's."""
    commit(root)
    for path in (root, root / ".git", root / "file"):
        os.chown(path, 65534, 65534)
    assert module.revision().startswith(f"{__version__}+g")


@pytest.mark.parametrize("dirty", [False, True])
def test_in_a_checkout_it_names_the_commit_and_whether_files_changed(root: Path, dirty: bool) -> None:
    commit(root)
    (root / "untracked").touch()
    if dirty:
        (root / "file").write_text("two")
    assert module.revision().startswith(f"{__version__}+g")
    assert module.revision().endswith(".dirty") == dirty
