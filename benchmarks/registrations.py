"""How many registrations a second the API takes: for the last seats, and where there are plenty.

`wod-api serve` with two workers, PostgreSQL with its durability on, and the clients are all on this machine: what the
clients cost is part of the figures. ``python -m benchmarks.registrations`` writes ``results/registrations.md``.
"""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks.machine import description, table
from benchmarks.timing import ROOT
from tests.unit.api import site, workers
from tests.unit.api.postgres import binaries, created, started
from wod.api import database
from wod.api.models import Customer, Location, Student, Workshop

WORKERS, CLIENTS = 2, 32
PEOPLE, LAST, PLENTY = 1000, 20, 500
"""Registrations in each part; the last seats, and the seats of each of two backends where there are plenty."""


@dataclass
class Measured:
    seconds: float
    answers: list[tuple[int, float]]

    def rows(self, title: str) -> dict[str, str]:
        times = sorted(each * 1000 for _, each in self.answers)
        spread = f"{median(times):.0f} ms, 95 % within {quantiles(times, n=20)[-1]:.0f} ms"
        return {title: f"{len(times) / self.seconds:.0f}/s", f"… an answer, {CLIENTS} clients at once": spread}


def prepare(url: str) -> None:
    """Two backends; a workshop with the last seats, and one with plenty."""
    database.migrate(url)
    engine = database.engine(url)
    with Session(engine) as session, session.begin():
        for number, name in enumerate((site.FIRST, site.SECOND)):
            base = number * 10_000
            session.add(Location(name=name, basestdid=base, proto="https", port="443"))
            seats = range(1, PLENTY + LAST + 1)
            session.add_all(Student(id=base + key, username=f"student{key}", location=name) for key in seats)
        session.add(site.workshop("Last", capacity=LAST, range=[1, LAST // 2]))
        session.add(site.workshop("Plenty", capacity=2 * PLENTY, range=[LAST + 1, LAST + PLENTY]))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


async def rush(address: str, title: str) -> Measured:
    people = iter(range(PEOPLE))
    answers: list[tuple[int, float]] = []
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as client:

        async def one_after_the_other() -> None:
            for number in people:
                body = {"name": "Ann", "email": f"{title}{number}@example.org", "title": title}
                begin = time.monotonic()
                answer = await client.post("/api/customer", json=body)
                answers.append((answer.status_code, time.monotonic() - begin))

        begin = time.monotonic()
        await asyncio.gather(*[one_after_the_other() for _ in range(CLIENTS)])
        return Measured(time.monotonic() - begin, answers)


def check(url: str, title: str, measured: Measured, seats: int) -> None:
    """A rate of wrong bookings is none."""
    engine = database.engine(url)
    mine = Customer.session_name == title
    with Session(engine) as session:
        booked = session.scalar(select(func.count(Customer.student_id.distinct())).where(mine))
        left = session.scalar(select(Workshop.capacity).where(Workshop.name == title))
    engine.dispose()
    found = Counter(status for status, _ in measured.answers)
    if (booked, left, found[200]) != (seats, 0, seats) or found[200] + found[202] != PEOPLE:
        raise SystemExit(f"{title}: {booked} booked, {left} left, answers {dict(found)}")


def main() -> None:
    with ExitStack() as around:
        folder = Path(around.enter_context(tempfile.TemporaryDirectory()))
        url = around.enter_context(created(around.enter_context(started()), "bench"))
        prepare(url)
        address, _ = around.enter_context(workers.serving(site.configured(url), folder, WORKERS))
        rows: dict[str, str] = {}
        for title, seats in (("Last", LAST), ("Plenty", 2 * PLENTY)):
            measured = asyncio.run(rush(address, title))
            check(url, title, measured, seats)
            rows |= {f"{key} ({title.lower()})": value for key, value in measured.rows(_said(seats)).items()}
    write(rows)


def _said(seats: int) -> str:
    return f"{PEOPLE} registrations for {seats} seats on two backends, all answered"


def write(rows: dict[str, str]) -> None:
    server = subprocess.run([binaries() / "postgres", "--version"], capture_output=True, text=True, check=True)
    parts = [
        "# Registrations\n\nWritten by `make bench` (benchmarks/registrations.py), which says how.\n",
        table("Measured on", {**description(), "PostgreSQL": server.stdout.split()[2], "workers": str(WORKERS)}),
        table("wod", rows),
    ]
    (ROOT / "benchmarks/results/registrations.md").write_text("\n".join(parts))
    print("\n".join(parts))


if __name__ == "__main__":
    main()
