"""A hundred participants at once, and a worker that is killed again and again: all done, none lost or doubled."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.lab.platform import Platform, platform
from tests.lab.site import Site
from wod.engine.grammar import Order

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
    wod.settle("be1", patience=180)
    assert done(wod) == CROWD
    restarts = wod.site.ssh("be1", "systemctl show -p NRestarts --value wod-engine.service")
    assert int(restarts) >= 3
    _nothing_is_doubled(wod)


def _nothing_is_doubled(wod: Platform) -> None:
    """A step may be begun twice when the kill hit it, and no more than eight are under way at once."""
    told = Counter(call.path for call in wod.api.made("PUT", "/api/customer/"))
    assert len(told) == CROWD
    assert sum(told.values()) - CROWD <= 3 * 8
    traces = wod.site.ssh("be1", "cat /var/lib/wod-engine/trace/student*.jsonl")
    steps = Counter((line["id"], line["step"]) for line in map(json.loads, traces.splitlines()))
    assert max(steps.values()) == 1


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
