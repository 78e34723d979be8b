"""Two hundred at once for the last twenty seats, while the API's workers are killed: booked exactly, nobody twice."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.unit.api import site, workers
from wod.api import database
from wod.api.models import Customer, Student, Workshop
from wod.api.registration import FULL

PEOPLE, SEATS, KILLS = 200, [*range(1, 11), *range(101, 111)], 5
TITLE = "Two Places"


def prepare(url: str) -> None:
    database.migrate(url)
    engine = database.engine(url)
    with Session(engine) as session, session.begin():
        site.seed(session)
        site.serials(session)
    engine.dispose()


def register(client: httpx.Client, email: str) -> httpx.Response:
    """As a patient person does it: again, when there was no answer."""
    body = {"name": "Ann", "email": email, "title": TITLE}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            answer = client.post("/api/customer", json=body)
            if answer.status_code != 503:
                return answer
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"{email} got no answer")


class Killer:
    """Kills a worker at random with every second answer, until ``KILLS`` were."""

    def __init__(self, process: int) -> None:
        self.process, self.answers, self.killed = process, 0, 0
        self.chance, self.lock = random.Random(20), threading.Lock()

    def answered(self) -> None:
        with self.lock:
            self.answers += 1
            due = self.answers % 2 == 0 and self.killed < KILLS
            alive = workers.workers_of(self.process) if due else []
            if alive:
                os.kill(self.chance.choice(alive), signal.SIGKILL)
                self.killed += 1


@pytest.mark.timeout(180)
def test_two_hundred_for_twenty_seats_while_workers_are_killed(database_url: str, tmp_path: Path) -> None:
    prepare(database_url)
    people = [f"p{number}@example.org" for number in range(PEOPLE)]
    limits = httpx.Limits(max_connections=PEOPLE)
    with (
        workers.serving(site.configured(database_url), tmp_path, 3) as (address, process),
        httpx.Client(base_url=address, trust_env=False, timeout=30, limits=limits) as client,
    ):
        killer = Killer(process)

        def go(email: str) -> httpx.Response:
            answer = register(client, email)
            killer.answered()
            return answer

        with ThreadPoolExecutor(PEOPLE) as pool:
            said = dict(zip(people, pool.map(go, people), strict=True))
    assert killer.killed == KILLS
    assert {answer.text for answer in said.values() if not _number(answer)} == {FULL}
    booked = {email: number for email, answer in said.items() if (number := _number(answer))}
    _check(database_url, booked)


def _number(answer: httpx.Response) -> int | None:
    """The registration's: also of one whose first answer died with the worker, 202 then."""
    assert answer.status_code in (200, 202), answer.text
    return answer.json()["id"] if answer.headers["content-type"] == "application/json" else None


def _check(url: str, booked: dict[str, int]) -> None:
    engine = database.engine(url)
    with Session(engine) as session:
        made = session.scalars(select(Customer)).all()
        assert {str(each.email): each.id for each in made} == booked
        assert sorted(each.student_id or 0 for each in made) == SEATS
        assert list(session.scalars(select(Student.id).where(Student.assigned).order_by(Student.id))) == SEATS
        assert session.scalar(select(Workshop.capacity).where(Workshop.name == TITLE)) == 0
        assert session.scalar(select(func.count()).select_from(Customer)) == len(SEATS)
    engine.dispose()
