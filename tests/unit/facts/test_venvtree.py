"""Whether a JupyterHub environment is whole, read for real from small trees."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.commands import run
from tests.fixtures import lines
from wod.facts.venvtree import Tree, VenvTree


@pytest.mark.parametrize("distribution", ["debian12", "debian13"])
def test_what_real_hosts_print(distribution: str) -> None:
    tree = VenvTree().process(lines(f"{distribution}/hubtree"))
    assert tree is not None
    assert tree.is_whole(tree.digest)
    assert not tree.is_whole("another")
    assert not tree.foreign


@pytest.fixture
def link(tmp_path: Path) -> Path:
    """A whole tree behind its link."""
    tree = tmp_path / "hub-0123456789ab"
    (tree / "bin").mkdir(parents=True)
    (tree / "bin/python").symlink_to(sys.executable)
    (tree / "lib").mkdir()
    (tree / ".wod-contents").write_text("bin/python\nlib\n")
    (tree / ".wod-complete").write_text("0123456789ab\n")
    (tmp_path / "hub").symlink_to(tree)
    return tmp_path / "hub"


def read(link: Path) -> Tree | None:
    return VenvTree().process(run(VenvTree().command(str(link))).stdout.splitlines())


def test_a_whole_tree(link: Path) -> None:
    assert read(link) == Tree("0123456789ab", python=True)


def test_a_tree_that_lacks_something(link: Path) -> None:
    (link / "lib").rmdir()
    tree = read(link)
    assert tree == Tree("0123456789ab", python=True, missing=("lib",))
    assert not tree.is_whole("0123456789ab")


def test_a_tree_whose_python_is_gone(link: Path) -> None:
    (link / "bin/python").unlink()
    assert read(link) == Tree("0123456789ab", python=False, missing=("bin/python",))


def test_a_tree_that_was_not_completed(link: Path) -> None:
    (link / ".wod-complete").unlink()
    assert read(link) == Tree("", python=True)


def test_nothing_there(tmp_path: Path) -> None:
    assert read(tmp_path / "hub") == Tree()


def test_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    assert read(tmp_path / "hub") == Tree(foreign=True)
