"""A hundred participants at once, and a worker that is killed again and again: all done, none lost or doubled.

Their servers come up later, a few at a time, and are not waited for: that takes minutes of two processors.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.drifttable import TOKEN
from tests.lab.platform import Platform, platform
from tests.lab.site import Site
from wod.engine.grammar import Order
from wod.engine.pace import processors

pytestmark = pytest.mark.lab

CROWD = 100
KILL = "kill -9 $(systemctl show -p MainPID --value wod-engine.service)"


@pytest.fixture(scope="module")
def wod(site: Site) -> Iterator[Platform]:
    with platform(site, f"USERMAX: {CROWD}\n") as ready:
        yield ready


def done(wod: Platform) -> int:
    return sum(customer["active"] for customer in wod.api.tables.rows["customers"].values())


def test_all_are_done_once_although_the_worker_is_killed(wod: Platform) -> None:
    customers = {student: wod.register("WKSHP-JupyterLab", student) for student in range(1, CROWD + 1)}
    orders = [
        Order("CREATE", n, n, customer, "ada@example.org", "WKSHP-JupyterLab") for n, customer in customers.items()
    ]
    wod.order("be1", *orders)
    for share in (10, 40, 70):
        deadline = time.monotonic() + 60
        while done(wod) < share:
            assert time.monotonic() < deadline, f"{done(wod)} of {share}"
            time.sleep(0.05)
        wod.site.ssh("be1", KILL)
    _all_are_told(wod)
    restarts = wod.site.ssh("be1", "systemctl show -p NRestarts --value wod-engine.service")
    assert int(restarts) >= 3


def _all_are_told(wod: Platform) -> None:
    deadline = time.monotonic() + 180
    while done(wod) < CROWD:
        assert time.monotonic() < deadline, f"{done(wod)} of {CROWD}: {wod.unfinished('be1')[:3]}"
        time.sleep(0.2)


def test_their_servers_come_up_a_few_at_a_time(wod: Platform) -> None:
    """Each killed worker may have left as many on their way as it was allowed to."""
    ask = f"{TOKEN} | curl -sS -f -H @- 'http://127.0.0.1:8081/hub/api/users?state=active&limit=200'"
    seen, up, deadline = [], 0, time.monotonic() + 180
    while up < 3:
        assert time.monotonic() < deadline, f"servers on their way, at each look: {seen}"
        servers = list(_ready(json.loads(wod.site.ssh("be1", ask))))
        up = sum(servers)
        seen.append(servers.count(False))
        time.sleep(1)
    assert max(seen) <= 4 * processors()


def _ready(users: list[dict[str, Any]]) -> Iterator[bool]:
    for user in users:
        yield from (server["ready"] for server in user["servers"].values())


def test_nothing_is_doubled(wod: Platform) -> None:
    """A step may be begun twice when the kill hit it, and no more than eight are under way at once."""
    told = Counter(call.path for call in wod.api.made("PUT", "/api/customer/"))
    assert len(told) == CROWD
    assert sum(told.values()) - CROWD <= 3 * 8
    steps = Counter(_steps_noted(wod))
    assert len({request for request, _ in steps}) == CROWD
    assert max(steps.values()) == 1
    assert sum(step == "api:customer" for _, step in steps) == CROWD


def _steps_noted(wod: Platform) -> Iterator[tuple[str, str]]:
    """Request and step, of those that are finished and of those that wait for their server; the worker is stopped."""
    state = "/var/lib/wod-engine"
    traces = wod.site.ssh("be1", f"systemctl stop wod-engine && cat {state}/trace/student*.jsonl")
    for line in map(json.loads, traces.splitlines()):
        yield line["id"], line["step"]
    for line in wod.site.ssh("be1", f"cd {state}/active && grep -H . */journal.jsonl || true").splitlines():
        request, _, text = line.partition("/journal.jsonl:")
        event = json.loads(text)
        if event["event"] == "finished":
            yield request, event["step"]


def test_every_home_has_its_notebooks_and_every_password_is_the_one_that_the_api_was_told(wod: Platform) -> None:
    count = "ls -d /student/student*/WKSHP-JupyterLab/0-ReadMeFirst.ipynb | wc -l"
    assert int(wod.site.ssh("be1", count)) == CROWD
    passwords = {student: wod.seat(student)["password"] for student in range(1, CROWD + 1)}
    assert len(set(passwords.values())) == CROWD
    pairs = "\n".join(f"student{student} {password}" for student, password in passwords.items())
    check = (
        "while read -r name password; do"
        ' hash=$(getent shadow "$name" | cut -d: -f2); salt=$(echo "$hash" | cut -d\\$ -f3);'
        ' [ "$(openssl passwd -6 -salt "$salt" "$password")" = "$hash" ] || echo "$name"; done'
    )
    assert wod.site.ssh("be1", f"{check} <<'EOF'\n{pairs}\nEOF") == ""
