from __future__ import annotations

import pytest

from wod.facts.nodetree import NodeTree, parse

WHOLE = ["complete=0123456789ab", "tables=9"]


def test_a_whole_application() -> None:
    tree = parse(WHOLE)
    assert tree == NodeTree("0123456789ab")
    assert tree.is_whole("0123456789ab")
    assert not tree.is_whole("ba9876543210")


@pytest.mark.parametrize("line", ["missing=package.json", "tables=0"])
def test_what_makes_it_be_built_again(line: str) -> None:
    assert not parse([*WHOLE, line]).is_whole("0123456789ab")


def test_without_a_database_server_nobody_says_that_it_is_empty() -> None:
    assert not parse(["complete=", "foreign=yes", "tables="]).empty
