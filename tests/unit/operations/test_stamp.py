"""Reading the stamp back, whatever became of it."""

from __future__ import annotations

import pytest

from tests.fixtures import lines
from wod.operations.stamp import Stamp


@pytest.mark.parametrize("distribution", ["debian12", "debian13"])
def test_what_real_hosts_have(distribution: str) -> None:
    stamp = Stamp().process(lines(f"{distribution}/stamp"))
    assert stamp is not None
    assert set(stamp) == {"revision", "settings", "platform", "changed"}


@pytest.mark.parametrize("text", ["", "{", "7", "null", '"text"', "[1, 2]"])
def test_a_damaged_stamp_is_none_at_all(text: str) -> None:
    assert Stamp().process([text, "wod-end"]) == {}
