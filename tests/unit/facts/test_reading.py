"""A fact that was cut short or makes no sense is None, which is never the same as "nothing there"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api import FactBase

from wod.facts import complete, read
from wod.facts.apidatabase import ApiDatabase
from wod.facts.files import PathStates
from wod.facts.firewall import Firewall
from wod.facts.packages import MissingPackages, OfferedPackages
from wod.facts.platform import PlatformFact
from wod.facts.services import ServiceStates
from wod.facts.students import HubUsers, StudentState
from wod.facts.venvtree import VenvTree
from wod.operations.admin import AdminAccount
from wod.operations.health import HttpCode
from wod.operations.kernel import KernelParameters
from wod.operations.stamp import Stamp

FACTS = [
    AdminAccount,
    ApiDatabase,
    Firewall,
    VenvTree,
    HttpCode,
    HubUsers,
    KernelParameters,
    MissingPackages,
    OfferedPackages,
    PathStates,
    PlatformFact,
    ServiceStates,
    Stamp,
    StudentState,
]


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        (["a", "wod-end"], ["a"]),
        (["wod-end"], []),
        (["a", "wod-end", "", " "], ["a"]),
        (["a"], None),
        ([], None),
        (["wod-end", "a"], None),
        (["a", "xwod-end"], None),
    ],
)
def test_only_what_reached_its_end_counts(output: list[str], lines: list[str] | None) -> None:
    assert complete(output) == lines


@pytest.mark.parametrize("error", [ValueError, KeyError, IndexError, TypeError])
def test_nonsense_is_not_read(error: type[Exception]) -> None:
    def parse(_lines: list[str]) -> None:
        raise error

    assert read(["x", "wod-end"], parse) is None


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("output", [[], ["Connection to be1 closed."], ["file|0644"], ["{"]])
def test_output_that_was_cut_short_is_none(fact: type[FactBase], output: list[str]) -> None:
    assert fact().process(output) is None


@pytest.mark.parametrize("fact", FACTS)
@given(st.lists(st.text(max_size=30), max_size=4))
def test_no_output_raises(fact: type[FactBase], output: list[str]) -> None:
    """An exception in a fact would end the run for every host."""
    fact().process([*output, "wod-end"])
