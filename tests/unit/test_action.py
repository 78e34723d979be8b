"""``wod action``: which orders it sends, and what it refuses before any host is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from wod.cli.action import action, orders_for
from wod.errors import BadInput

WORKSHOP = "WKSHP-Python101"


def subjects(verb: str, first: int, last: int, email: str = "") -> list[str]:
    return [order.subject for order in orders_for(verb, WORKSHOP, first, last, 0, email)]  # type: ignore[arg-type]


def test_one_order_per_student() -> None:
    assert subjects("CREATE", 2, 4, "a@example.org") == [f"CREATE {number} 0 a@example.org" for number in (2, 3, 4)]
    assert subjects("CLEANUP", 2, 3) == ["CLEANUP 2 0", "CLEANUP 3 0"]


def test_a_reset_is_one_order_for_the_range() -> None:
    assert subjects("RESET", 2, 9) == ["RESET 2,9 0"]


def test_what_the_contract_does_not_know_is_refused() -> None:
    with pytest.raises(BadInput, match="PURGE takes one student"):
        subjects("PURGE", 2, 3)
    with pytest.raises(BadInput, match="no --email"):
        subjects("PURGE", 2, 2, "a@example.org")


@pytest.mark.parametrize("students", ["0", "3,2", "1;id", "1,2,3", "٣", "-1", "1e3"])
def test_students_are_a_number_or_a_range(students: str) -> None:
    said = CliRunner().invoke(action, ["CREATE", "--host", "be1", WORKSHOP, "--", students])
    assert said.exit_code == 2
    assert "neither a student's number nor a range" in said.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["CREATE", WORKSHOP, "21"], "be1 has the students 1 to 20, not 21 to 21"),
        (["CREATE", "WKSHP-../x", "1"], "a workshop is called WKSHP-"),
        (["CREATE", "Python101", "1"], "a workshop is called WKSHP-"),
        (["CREATE", WORKSHOP, "1", "--email", "a b@example.org"], "CREATE 1 0 a b@example.org: "),
    ],
)
def test_an_order_that_no_backend_would_take_is_refused(
    words: list[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path))
    (tmp_path / "site.py").write_text(
        "from wod.inventory import Host, build\nglobals().update(build('test', [Host('be1', number=1)]))\n"
    )
    with pytest.raises(BadInput, match=why):
        CliRunner().invoke(action, ["--host", "be1", "-i", str(tmp_path / "site.py"), *words], catch_exceptions=False)
