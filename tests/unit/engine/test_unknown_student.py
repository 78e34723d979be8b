"""Orders whose student has to be looked up from the customer, as the original API sends them."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest

from tests.unit.engine.orders import config, idle, once, request, submit
from tests.unit.engine.plans import Plan, some_dead, traced
from wod.engine.errors import Impossible, TryLater
from wod.engine.request import Request


class Resolving(Plan):
    """Finds student 3, after ``failures``."""

    failures: list[Exception] = []
    student = 3

    def resolve(self, asked: Request) -> Request:
        if self.failures:
            raise self.failures.pop(0)
        return dataclasses.replace(asked, first=self.student, last=self.student)


def unknown(now: float, customer: int = 5) -> Request:
    return request(now, verb="RESET", student=0, customer=customer)


def test_an_unknown_student_is_looked_up(tmp_path: Path) -> None:
    plan = Resolving("one")
    plan.failures = [TryLater("away", after=0.01)]
    submit(tmp_path, unknown(time.time()))
    once(config(tmp_path), plan, idle)
    assert traced(tmp_path) == [(5, "one", "done", "")]


@pytest.mark.parametrize(
    ("failures", "student", "reason"),
    [
        ([Impossible("there is no customer 5")], 3, "there is no customer 5"),
        ([], 0, "the customer has no student"),
        ([], 21, "student 21 to 21 is outside this backend's 1 to 20"),
    ],
)
def test_one_that_cannot_be_found_is_dead(tmp_path: Path, failures: list[Exception], student: int, reason: str) -> None:
    plan = Resolving("one")
    plan.failures, plan.student = failures, student
    submit(tmp_path, unknown(time.time()))
    once(config(tmp_path), plan, some_dead(tmp_path))
    assert plan.ran == []
    assert traced(tmp_path, 0) == [(5, "resolve", "dead", reason)]


def test_a_planner_that_resolves_nothing(tmp_path: Path) -> None:
    submit(tmp_path, unknown(time.time()))
    once(config(tmp_path), Plan(), some_dead(tmp_path))
    assert traced(tmp_path, 0) == [(5, "resolve", "dead", "the student is not known")]


def test_a_reset_never_hits_the_next_participant(tmp_path: Path) -> None:
    """The API was away when the student was to be looked up; meanwhile the seat has been given to customer 6."""
    plan, now = Resolving("one"), time.time()
    plan.failures = [TryLater("away", after=0.4)]
    submit(tmp_path, unknown(now), request(now + 0.001, customer=6))
    once(config(tmp_path), plan, some_dead(tmp_path))
    assert plan.ran == [(6, "one")]
    assert "a later order of the same student was carried out meanwhile" in str(traced(tmp_path)[-1][3])
