"""Which requests start: pure, so every rule can be asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.orders import NOW, request
from wod.engine.scheduler import Entry, crowded, delay, startable


def at(second: int, first: int, last: int = 0, due: float = 0, tries: int = 0) -> Entry:
    verb = "RESET" if last or not first else "CREATE"
    return Entry(request(NOW + second, verb=verb, first=first, last=last or first), due, tries)


def started(given: list[Entry], running: tuple[int, ...] = (), slots: int = 9) -> list[int]:
    """Places in ``given`` of those that start."""
    ids = [entry.request.id for entry in given]
    return [ids.index(each) for each in startable(given, [ids[place] for place in running], NOW, slots)]


def test_different_students_start_together() -> None:
    assert started([at(0, 1), at(1, 2), at(2, 3)]) == [0, 1, 2]


def test_the_same_student_in_order() -> None:
    assert started([at(1, 1), at(0, 1), at(2, 1)]) == [1]
    assert started([at(0, 1), at(1, 1), at(2, 2)], running=(0,)) == [2]


def test_a_range_conflicts_with_each_of_its_students() -> None:
    assert started([at(0, 2), at(1, 1, 3), at(2, 3), at(3, 4)]) == [0, 3]
    assert started([at(0, 1, 3), at(1, 3, 5), at(2, 6)]) == [0, 2]


def test_a_retry_blocks_its_student_and_takes_no_slot() -> None:
    assert started([at(0, 1, due=NOW + 5, tries=1), at(1, 1), at(2, 2)], slots=1) == [2]
    assert started([at(0, 1, due=NOW, tries=1), at(1, 1)]) == [0]


def test_slots() -> None:
    assert started([at(0, 1), at(1, 2), at(2, 3)], slots=2) == [0, 1]
    assert started([at(0, 1)], slots=0) == []


def test_those_that_yielded_come_last_and_still_keep_their_student() -> None:
    first = at(0, 1)
    first.yielded = True
    assert started([first, at(1, 2), at(2, 3)], slots=2) == [1, 2]
    assert started([first, at(1, 2), at(2, 3)]) == [1, 2, 0]
    assert started([first, at(1, 1)]) == [0]


def test_those_that_yielded_leave_slots_for_whoever_comes_next() -> None:
    late = [at(number, number + 1) for number in range(4)]
    for entry in late:
        entry.yielded = True
    ids = [entry.request.id for entry in late]
    assert startable(late, ids[:1], NOW, 9, unhurried=2) == ids[1:2]
    assert startable(late, ids[:2], NOW, 9, unhurried=2) == []
    fresh = at(9, 9)
    assert startable([*late, fresh], ids[:2], NOW, 9, unhurried=2) == [fresh.request.id]


def test_a_crowd_is_somebody_who_could_start() -> None:
    mine, other, yielded = at(0, 1), at(1, 2), at(1, 2)
    yielded.yielded = True
    running = [mine.request.id]
    assert crowded(mine.request, [mine, other], running, NOW)
    assert not crowded(mine.request, [mine, yielded], running, NOW)
    assert not crowded(mine.request, [mine, at(1, 1)], running, NOW), "one's own student's next order can only wait"
    assert not crowded(mine.request, [mine, at(1, 2, due=NOW + 5, tries=1)], running, NOW)


def test_a_crowd_that_arrives_holds_back_those_that_yielded_but_not_for_ever() -> None:
    new, newer, mine, old = (at(-age, student) for student, age in enumerate((1, 0, 5, 40), 1))
    for entry in (mine, old):
        entry.yielded = True
    both = [new.request.id, newer.request.id]
    assert startable([mine, old, new, newer], both, NOW, 9) == [old.request.id]
    assert startable([mine, old, new, newer], both, NOW + 1.5, 9) == [old.request.id, mine.request.id]
    assert crowded(mine.request, [mine, new, newer], both, NOW)
    assert not crowded(old.request, [old, new, newer], both, NOW)
    assert not crowded(mine.request, [mine, new], both, NOW), "one more is no crowd"


def test_a_clock_that_was_put_back_holds_nobody_back() -> None:
    ahead = [at(3600, 1), at(3600, 2)]
    for entry in ahead:
        entry.yielded = True
    assert len(started(ahead)) == 2


def test_an_unknown_student_is_looked_up_first() -> None:
    assert started([at(0, 1), at(1, 0), at(2, 2)]) == [0, 1]
    assert started([at(1, 0), at(2, 2)], running=(0,)) == []


def test_one_that_could_not_be_looked_up_stops_nobody() -> None:
    assert started([at(1, 0, due=NOW + 5, tries=1), at(2, 2)]) == [1]


def test_a_later_one_that_runs_is_waited_for() -> None:
    assert started([at(0, 1), at(1, 1)], running=(1,)) == []


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2)), max_size=12), st.integers(0, 5))
def test_no_two_share_a_student_and_none_overtakes(ranges: list[tuple[int, int]], slots: int) -> None:
    given = [at(place, first, first + more) for place, (first, more) in enumerate(ranges)]
    chosen = started(given, slots=slots)
    assert len(chosen) <= slots
    for place in chosen:
        assert all(set(given[place].request.students).isdisjoint(e.request.students) for e in given[:place])


@pytest.mark.parametrize(
    ("tries", "low", "high"), [(0, 0.75, 1.25), (1, 1.5, 2.5), (5, 24, 40), (6, 48, 60), (999, 48, 60)]
)
def test_back_off(tries: int, low: float, high: float) -> None:
    assert delay(tries, 0) == pytest.approx(min(low, 60))
    assert delay(tries, 1) == pytest.approx(high)


def test_a_step_may_know_better() -> None:
    assert delay(9, 0.5, after=5) == 5
    assert delay(0, 0.5, after=-1) == 0
