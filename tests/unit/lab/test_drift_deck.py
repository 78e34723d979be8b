"""The chaos of the lab's ten nights, whatever the seed: every kind comes, and those of a host can be told apart."""

from __future__ import annotations

import pytest

from tests.lab.drifts import Deck
from tests.lab.drifttable import DRIFTS
from tests.lab.test_chaos import NIGHTS, PLANTED


@pytest.mark.parametrize("seed", range(200))
def test_ten_nights(seed: int) -> None:
    deck = Deck(DRIFTS, seed)
    nights = [[(host, deck.deal(*given)) for host, given in PLANTED.items()] for _ in NIGHTS]
    dealt = [drift for night in nights for _, drifts in night for drift in drifts]
    assert {drift.name for drift in dealt} == {drift.name for drift in DRIFTS}
    assert all(len([each for each in dealt if each.name == drift.name]) == 1 for drift in DRIFTS if drift.slow)
    for night in nights:
        for host, drifts in night:
            assert len(drifts) == PLANTED[host][1]
            operations = [drift.operation for drift in drifts]
            assert len(set(operations)) == len(operations)
            assert not any(other.operation in drift.hides for drift in drifts for other in drifts)


def test_each_kind_has_a_name_of_its_own() -> None:
    assert len({drift.name for drift in DRIFTS}) == len(DRIFTS) >= 30
