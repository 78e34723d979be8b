"""How long a hand-out takes: from the mail server's "queued" to the API told that the workshop is ready.

On one lab host with 100 students, with the API's stand-in of the tests beside it: 30 CREATEs one after the other, then
100 at once, and their servers. ``python -m benchmarks.handout`` writes ``results/handout.md``.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.machine import description, table
from benchmarks.timing import ROOT
from tests.lab.platform import Platform, platform
from tests.lab.site import Site
from wod import lab
from wod.engine import scheduler
from wod.engine.grammar import Order

ONE_BY_ONE, CROWD = 30, 100
SAMPLE = "WKSHP-Python"


def create(wod: Platform, student: int) -> tuple[Order, int]:
    customer = wod.register(SAMPLE, student)
    return Order("CREATE", student, student, customer, "ada@example.org", SAMPLE), customer


def told(wod: Platform, customers: list[int], patience: float = 120) -> dict[int, float]:
    """When the API was told of each (seconds since 1970)."""
    deadline = time.monotonic() + patience
    paths = {f"/api/customer/{customer}": customer for customer in customers}
    while True:
        found = {paths[call.path]: call.time for call in wod.api.made("PUT", "/api/customer/") if call.path in paths}
        if len(found) == len(customers):
            return found
        if time.monotonic() > deadline:
            raise SystemExit(f"only {len(found)} of {len(customers)} were handed out: {wod.unfinished('be1')[:3]}")
        time.sleep(0.02)


def one_by_one(wod: Platform) -> list[float]:
    """Seconds of each, alone on the host."""
    times, begin = [], time.time()
    for student in range(1, ONE_BY_ONE + 1):
        order, customer = create(wod, student)
        wod.order("be1", order)
        accepted = time.time()
        times.append(told(wod, [customer])[customer] - accepted)
        time.sleep(scheduler.QUIET)  # no crowd, and the server of the one before is on its way up, as it would be
    starts(wod, begin, ONE_BY_ONE)
    return times


def crowd(wod: Platform) -> tuple[list[float], list[float], float]:
    """Seconds of each from the first mail; how long each server took to start; seconds until the last was up."""
    orders, customers = zip(*[create(wod, student) for student in range(1, CROWD + 1)], strict=True)
    begin = wod.order("be1", *orders)
    times = [moment - begin for moment in told(wod, list(customers)).values()]
    return times, starts(wod, begin, CROWD), time.time() - begin


def starts(wod: Platform, begin: float, number: int, patience: float = 900) -> list[float]:
    """What the Hub says of each server's start, when all are up."""
    log = f"journalctl -u jupyterhub --no-pager -o cat --since @{int(begin)} | grep -o 'took [0-9.]* seconds' || true"
    deadline = time.monotonic() + patience
    while len(found := wod.site.ssh("be1", log).splitlines()) < number:
        if time.monotonic() > deadline:
            raise SystemExit(f"only {len(found)} of {number} servers started: {wod.unfinished('be1')[:3]}")
        time.sleep(2)
    return [float(line.split()[1]) for line in found]


def main() -> None:
    os.environ["WOD_LAB_STATE"], os.environ["WOD_LAB_SUBNET"] = "/var/lib/wod-lab-bench", "10.233.8.0/24"
    lab.down()
    lab.up(["be1"], say=print)
    try:
        with tempfile.TemporaryDirectory() as folder, platform(Site(Path(folder)), f"USERMAX: {CROWD}\n") as wod:
            alone = one_by_one(wod)
            together, started, all_up = crowd(wod)
    finally:
        lab.down()
    rows = {
        f"CREATE alone, mail accepted to API told, median of {ONE_BY_ONE}": f"{median(alone):.2f} s",
        "… the worst of them": f"{max(alone):.2f} s",
        f"{CROWD} CREATEs at once, first mail to last API call": f"{max(together):.1f} s",
        "… median of them": f"{median(together):.1f} s",
        "… first mail to the last server up": f"{all_up:.0f} s",
        "… start of a server, as the Hub says, median": f"{median(started):.1f} s",
        "… the slowest of them": f"{max(started):.1f} s",
    }
    parts = [
        "# Hand-out\n\nWritten by `make bench` (benchmarks/handout.py), which says how.\n",
        table("Measured on", description()),
        table("wod", rows),
    ]
    (ROOT / "benchmarks/results/handout.md").write_text("\n".join(parts))
    print("\n".join(parts))


if __name__ == "__main__":
    main()
