"""The lab of the tests: a whole site of four real hosts, rolled out once.

Each test file begins with the two backends as they were after that; those that work with the API's host or the frontend
put them back behind them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.addresses import STATE, SUBNET
from tests.lab.site import REPOSITORY, SITE, Run, Site
from wod import lab
from wod.lab.places import places
from wod.lab.preflight import missing

HOSTS = ("be1", "be2")
OTHERS = ("api", "www")
ROLLED_OUT = "rolled-out"
KEEP = bool(os.environ.get("WOD_TEST_KEEP_LAB"))
"""For work on these tests: leave the lab up, and begin with the snapshot of an earlier run."""
LOG = REPOSITORY / "artifacts" / "first-roll-out.log"
long = pytest.mark.skipif(
    not os.environ.get("WOD_TEST_LONG"),
    reason="several minutes more than a change should wait; WOD_TEST_LONG=1 runs it",
)
"""For a file that takes long, and proves what changes seldom touch."""


@pytest.fixture(scope="session")
def lab_possible() -> None:
    """Skip, with the reasons, where the lab cannot run; under CI that is a failure."""
    problems = missing(places())
    if problems:
        reason = "the lab cannot run here: " + "; ".join(str(problem) for problem in problems)
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.fixture(scope="session")
def empty_lab(lab_possible: None) -> Iterator[None]:
    """A lab with a state folder and subnet of its own, so that a developer's is not disturbed; nothing stays behind."""
    kept = {name: os.environ.get(name) for name in ("WOD_LAB_STATE", "WOD_LAB_SUBNET")}
    os.environ["WOD_LAB_STATE"], os.environ["WOD_LAB_SUBNET"] = STATE, SUBNET
    if not snapshots_kept():
        _nothing_left()
    yield
    if not KEEP:
        _nothing_left()
    for name, value in kept.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def _nothing_left() -> None:
    lab.down()
    shutil.rmtree(STATE, ignore_errors=True)  # snapshots and keys, which outlast a lab


def rolled_out() -> bool:
    """Whether there are snapshots of a first roll-out."""
    with_one = {host.host for host in lab.status() if ROLLED_OUT in host.snapshots and host.state != "down"}
    return with_one >= {*HOSTS, *OTHERS}


def snapshots_kept() -> bool:
    """Whether an earlier run left its snapshots for this one."""
    return KEEP and rolled_out()


@pytest.fixture(scope="session")
def fresh_site(empty_lab: None, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Four hosts that nothing was ever done to."""
    if not snapshots_kept():
        lab.up((*HOSTS, *OTHERS), say=print)
    private = Path(STATE) / "private" if KEEP else tmp_path_factory.mktemp("private")
    private.mkdir(exist_ok=True)
    return Site(private)


@pytest.fixture(scope="session")
def first_roll_out(fresh_site: Site) -> Run:
    """The first roll-out on them; a snapshot is taken after it."""
    if snapshots_kept():
        return Run(0, LOG.read_text())
    run = fresh_site.roll_out(deploy=SITE)
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text(run.output)
    assert run.code == 0, run.output
    lab.snapshot(ROLLED_OUT, (*HOSTS, *OTHERS), replace=True)
    return run


@pytest.fixture(scope="module")
def site(fresh_site: Site, first_roll_out: Run) -> Site:
    """Two backends as they are after a first roll-out, whatever an earlier test file did to them."""
    lab.reset(HOSTS, snapshot=ROLLED_OUT)
    return fresh_site


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failed test brings the hosts' journals home, to ``artifacts/``."""
    report = yield
    if report.when == "call" and report.failed and "fresh_site" in (*item.fixturenames, "site"):
        _bring_journals_home(item.name)
    return report


def _bring_journals_home(test: str) -> None:
    folder = REPOSITORY / "artifacts"
    folder.mkdir(exist_ok=True)
    name = "".join(letter if letter.isalnum() else "-" for letter in test)
    for host in (*HOSTS, *OTHERS):
        journal = Site(Path("/nonexistent")).command(
            "wod", "lab", "ssh", host, "--", "sudo journalctl --no-pager -n 400"
        )
        (folder / f"{name}-{host}.journal").write_text(journal.output)
