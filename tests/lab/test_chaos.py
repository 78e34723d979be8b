"""Ten nights of chaos on four hosts: each check says exactly what was changed, each fix mends it, nothing else moves.

WOD_TEST_SEED repeats what a run did; the seed is in the name of the first test, and printed.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.lab.addresses import ADDRESS
from tests.lab.conftest import OTHERS, ROLLED_OUT, long
from tests.lab.drifts import Deck, Drift
from tests.lab.drifttable import DRIFTS
from tests.lab.fingerprint import fingerprint, moved
from tests.lab.participant import Participant
from tests.lab.site import Run, Site
from wod import lab

pytestmark = [pytest.mark.lab, long]
SEED = int(os.environ.get("WOD_TEST_SEED") or random.SystemRandom().randrange(10**6))
NIGHTS = range(1, 11)
LOOKED_AT_FIRST = (1, 5, 9)
"""Nights on which a check comes before the fix, and is proven to change nothing. On the others the fix's own counts."""
PLANTED = {"be1": ("backends", 3), "be2": ("backends", 3), "api": ("api_db", 3), "www": ("frontends", 2)}
"""Role of each host, and how many drifts come to it on a night."""
SERVES = {"be1": "8000/hub/login", "be2": "8000/hub/login", "api": "8021/api/workshops", "www": "8000/"}
NOTHING: dict[str, dict[str, str]] = {host: {} for host in PLANTED}
OURS = re.compile(
    r"/etc/wod/stamp\.json"  # it has the time of the last change
    r"|/etc/(passwd|group|g?shadow|subuid|subgid)-?|/etc/\.pwd\.lock"  # in another order; the accounts are compared
    r"|/etc/hosts|/etc/ufw/.*|/etc/postgresql/.*pg_hba\.conf"  # in another order; the next check judges them
    r"|/home/wodadmin/[^/]*\.wod-drift-.*\.patch"  # kept for whoever edited content
    r"|/home/wodadmin/[^/]*/\.git/(index|objects/.*)"  # knows the times of what was mended, and keeps what was there
    r"|/opt/(jupyterhub|wod-engine).*"  # built again where a package was removed
    r"|/var/lib/wod/tmp.*"
)
"""What a mend leaves otherwise than it was, as documented."""


@dataclass
class Chaos:
    """The site under attack."""

    site: Site
    deck: Deck
    person: Participant
    kernel: str
    first: dict[str, dict[str, str]] = field(default_factory=dict)
    planted: dict[int, dict[str, list[Drift]]] = field(default_factory=dict)
    mended: bool = True

    def everywhere(self, act: Callable[[str], Any]) -> dict[str, Any]:
        """On all hosts at once."""
        with ThreadPoolExecutor() as pool:
            return dict(zip(PLANTED, pool.map(act, PLANTED), strict=True))

    def fingerprints(self, sealed: bool = False) -> dict[str, dict[str, str]]:
        return self.everywhere(lambda host: fingerprint(self.site, host, sealed))

    def plant(self, night: int) -> dict[str, list[Drift]]:
        if not self.mended:  # an earlier night went wrong; this one is judged by itself
            self.first = self.fingerprints()
        dealt = {host: self.deck.deal(role, number) for host, (role, number) in PLANTED.items()}
        print(f"night {night}:", {host: [drift.name for drift in drifts] for host, drifts in dealt.items()})
        self.planted[night], self.mended = dealt, False
        self.everywhere(
            lambda host: self.site.ssh(host, "set -e; " + "\n".join(f"( {d.plant}\n)" for d in dealt[host]))
        )
        return dealt

    def drift(self, verb: str, *flags: str) -> tuple[dict[str, Any], Run]:
        """``wod drift VERB --json``: the report and the run."""
        run = self.site.command("wod", "drift", verb, "--json", *flags)
        assert run.output.startswith("{"), run.output
        return json.loads(run.output), run


def told(report: dict[str, Any]) -> dict[str, dict[str, str]]:
    """``{host: {operation: what is said of it}}`` of a report; every host must be judged."""
    assert {host["verdict"] for host in report["hosts"]} <= {"as rolled out", "drifted"}, report
    return {
        host["host"]: {each["operation"]: "\n".join([each["diff"], *each["remarks"]]) for each in host["changes"]}
        for host in report["hosts"]
    }


def says_exactly(report: dict[str, Any], planted: dict[str, list[Drift]]) -> None:
    """No miss and no false alarm, and each difference says what was done."""
    found = told(report)
    assert {host: sorted(said) for host, said in found.items()} == {
        host: sorted(drift.operation for drift in drifts) for host, drifts in planted.items()
    }
    unsaid = [
        (host, drift.name, found[host][drift.operation])
        for host, drifts in planted.items()
        for drift in drifts
        if drift.tells not in found[host][drift.operation]
    ]
    assert unsaid == []


def serves(host: str) -> None:
    """A host answers participants; behind a new proxy as soon as the Hub has noticed."""
    deadline = time.monotonic() + 30
    while (code := httpx.get(f"http://{ADDRESS[host]}:{SERVES[host]}", timeout=10).status_code) != 200:
        assert time.monotonic() < deadline, f"{host} answers {code}"
        time.sleep(0.5)


def as_before(chaos: Chaos, planted: dict[str, list[Drift]]) -> None:
    """Every path and state is as at the beginning; only what was broken was started anew."""
    chaos.everywhere(serves)
    before, now = chaos.first, chaos.fingerprints()
    for host, drifts in planted.items():
        allowed = {f"process {unit}" for drift in drifts for unit in drift.restarts}
        other = {key: pair for key, pair in moved(before[host], now[host]).items() if not OURS.fullmatch(key)}
        assert {key: pair for key, pair in other.items() if key not in allowed} == {}, host
    chaos.first, chaos.mended = now, True


@pytest.fixture(scope="module")
def chaos(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chaos]:
    """The site with a history of its own, and a student at work on be1: a server, and a kernel that remembers."""
    own = Site(site.private)
    own.environment["WOD_STATE"] = str(tmp_path_factory.mktemp("state"))
    person = own.participant("be1", 1)
    assert person.log_in()
    person.start_server()
    own.ssh("be1", "for n in $(seq 20); do f=/student/student$n/kept; echo work of $n > $f; chown student$n: $f; done")
    kernel = person.start_kernel()
    assert person.execute(kernel, "kept = 6 * 7; kept") == "42"
    chaos = Chaos(own, Deck(DRIFTS, SEED), person, kernel)
    yield chaos
    if not chaos.mended:
        lab.reset(OTHERS, snapshot=ROLLED_OUT)


def test_the_nights_begin_with_nothing_to_say(chaos: Chaos) -> None:
    print(f"WOD_TEST_SEED={SEED}")
    report, run = chaos.drift("fix", "--behind")
    if report["mended"]:  # the site was rolled out from another revision, in a lab that was kept
        report, run = chaos.drift("check")
    assert (run.code, told(report)) == (0, NOTHING)
    chaos.first = chaos.fingerprints()


@pytest.mark.parametrize("night", NIGHTS)
def test_a_night(chaos: Chaos, night: int) -> None:
    planted = chaos.plant(night)
    if night in LOOKED_AT_FIRST:
        before = chaos.fingerprints(sealed=True)
        report, run = chaos.drift("check")
        assert run.code == 2
        says_exactly(report, planted)
        after = chaos.fingerprints(sealed=True)
        assert {host: moved(before[host], after[host]) for host in PLANTED} == {host: {} for host in PLANTED}
    report, run = chaos.drift("fix")
    says_exactly(report, planted)
    assert run.code == 0, run.output
    assert {result["host"]: result["outcome"] for result in report["mended"]} == dict.fromkeys(PLANTED, "changed")
    as_before(chaos, planted)


def test_the_nights_end_with_nothing_to_say(chaos: Chaos) -> None:
    report, run = chaos.drift("check")
    assert (run.code, told(report)) == (0, NOTHING)


def test_every_kind_was_planted(chaos: Chaos) -> None:
    names = {drift.name for night in chaos.planted.values() for drifts in night.values() for drift in drifts}
    assert names == {drift.name for drift in DRIFTS}
    assert len(names) >= 30


def test_the_student_at_work_noticed_nothing(chaos: Chaos) -> None:
    assert chaos.person.execute(chaos.kernel, "kept") == "42"
    assert chaos.site.ssh("be1", "cat /student/student1/kept") == "work of 1"


def test_the_history_has_all_nights(chaos: Chaos) -> None:
    lines = chaos.site.command("wod", "drift", "history", "--limit", "99").output.splitlines()
    checks = [line for line in lines if "  check  " in line]
    assert sum("4 of 4 hosts drifted, 11 differences" in line for line in checks) == len(NIGHTS) + len(LOOKED_AT_FIRST)
    assert sum("  fix    " in line for line in lines) >= len(NIGHTS)
    assert "0 of 4 hosts drifted, 0 differences" in lines[-1]
    of_host = chaos.site.command("wod", "drift", "history", "--host", "www", "--limit", "99").output
    for night in NIGHTS:
        for drift in chaos.planted[night]["www"]:
            assert f"    {drift.operation}\n" in of_host
