"""The control process is killed (-9) at ten moments of a first roll-out; the next run converges.

By default the moments follow one another on one fresh host: each run is killed a step further than the one before. With
WOD_TEST_EACH_KILL=1 every moment gets two fresh hosts of its own (about half an hour).
"""

from __future__ import annotations

import os

import pytest

from tests.lab.conftest import HOSTS
from tests.lab.site import Run, Site
from wod import lab

pytestmark = pytest.mark.lab

MOMENTS = [
    ("System | Install the base packages", 1.0),
    ("System | Install the base packages", 6.0),
    ("System | Make wodadmin and its SSH key", 0.05),
    ("System | Let in SSH and the role's ports only", 0.3),
    ("JupyterHub | Build the environment", 2.0),
    ("JupyterHub | Build the environment", 12.0),
    ("JupyterHub | Write the Hub's configuration", 0.6),
    ("JupyterHub | Run the Hub and its proxy", 0.8),
    ("Students | Keep 20 accounts and their homes", 0.15),
    ("Students | Keep 20 Hub users", 0.05),
]
"""An operation's name, and how many seconds after its beginning the process is killed."""


@pytest.fixture
def fresh(fresh_site: Site, first_roll_out: Run) -> Site:
    """Hosts that nothing was ever done to."""
    lab.reset(HOSTS)
    return fresh_site


def converges(site: Site, *hosts: str) -> None:
    flags = ("--limit", ",".join(hosts))
    run = site.roll_out(*flags)
    assert run.code == 0, run.output
    again = site.roll_out(*flags)
    assert (again.code, again.changed) == (0, {}), again.output
    for host in hosts:
        assert site.ssh(host, "ls -A /student/student20 | wc -l; systemctl is-active jupyterhub") == "4\nactive"


def test_a_roll_out_killed_ten_times_converges(fresh: Site) -> None:
    reached = [fresh.roll_out_killed(operation, seconds, "--limit", "be1") for operation, seconds in MOMENTS]
    assert reached == [True] * len(MOMENTS)
    converges(fresh, "be1")
    person = fresh.participant("be1", 1)
    assert person.log_in()
    person.start_server()
    assert person.run("6*7") == "42"


@pytest.mark.skipif(
    not os.environ.get("WOD_TEST_EACH_KILL"),
    reason="one roll-out killed ten times stands for ten; WOD_TEST_EACH_KILL=1 runs each by itself",
)
@pytest.mark.parametrize(("operation", "seconds"), MOMENTS)
def test_a_roll_out_killed_once_converges(fresh: Site, operation: str, seconds: float) -> None:
    assert fresh.roll_out_killed(operation, seconds)
    converges(fresh, *HOSTS)
