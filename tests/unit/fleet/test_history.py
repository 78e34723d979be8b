"""The history of checks: since when a host differs, and what a night was like."""

from __future__ import annotations

from pathlib import Path

import pytest

from wod.errors import WodError
from wod.fleet.history import History, HostRow

MOMENTS = [f"2026-11-{day:02}T02:00:00Z" for day in range(1, 29)]


def row(name: str, *operations: str, verdict: str = "") -> HostRow:
    judged = verdict or ("drifted" if operations else "as rolled out")
    return HostRow(name, "backends", judged, "wanted", 1.5, "", operations)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite")


def nights(history: History, *checks: list[HostRow]) -> None:
    for began, rows in zip(MOMENTS, checks, strict=False):
        history.record("check", began, 2.0, rows)


def test_nothing_is_known_at_first(history: History) -> None:
    assert history.since("be1", "Hub | Write") == ""
    assert history.last("be1") == ("", "")
    assert history.nights() == []


def test_since_the_first_of_an_unbroken_row(history: History) -> None:
    nights(history, [row("be1")], [row("be1", "a")], [row("be1", "a", "b")])
    assert (history.since("be1", "a"), history.since("be1", "b")) == (MOMENTS[1], MOMENTS[2])


def test_what_was_gone_meanwhile_is_new(history: History) -> None:
    nights(history, [row("be1", "a")], [row("be1", "b")], [row("be1", "a")])
    assert history.since("be1", "a") == MOMENTS[2]
    assert history.since("be1", "b") == ""


def test_a_night_without_an_answer_breaks_no_row(history: History) -> None:
    nights(history, [row("be1", "a")], [row("be1", verdict="unreachable")], [row("be1", "a")])
    assert history.since("be1", "a") == MOMENTS[0]
    assert history.last("be1") == ("drifted", "wanted")


def test_hosts_have_a_row_each(history: History) -> None:
    nights(history, [row("be1", "a"), row("be2")])
    assert history.since("be2", "a") == ""


def test_nights_are_counted(history: History) -> None:
    nights(history, [row("be1", "a", "b"), row("be2"), row("be3", verdict="timeout")], [row("be1")])
    first, second = history.nights()
    assert (first.hosts, first.drifted, first.lost, first.differences) == (3, 1, 1, 2)
    assert (second.began, second.hosts, second.drifted) == (MOMENTS[1], 1, 0)
    assert [night.began for night in history.nights(limit=1)] == [MOMENTS[1]]


def test_one_hosts_nights(history: History) -> None:
    nights(history, [row("be1", "b", "a")], [row("be1")], [row("be2", "c")])
    assert history.of_host("be1") == [
        (MOMENTS[0], "check", "drifted", ("b", "a")),
        (MOMENTS[1], "check", "as rolled out", ()),
    ]


def test_a_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_text("no database " * 100)
    with pytest.raises(WodError, match="move it away to begin anew"):
        History(path).nights()
