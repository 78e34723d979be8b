"""The main job: roll out with the stock pyinfra CLI, twice."""

from __future__ import annotations

import pytest

from tests.lab.site import SITE, Run, Site

pytestmark = pytest.mark.lab
HOSTS = ("be1", "be2")
WAIT = "API | Wait until the API answers"
"""Has something to do or not, as fast as the machine is."""
RIGHT_FROM_THE_START = {
    WAIT,
    "Frontend | Run nginx",  # its package does; it was told of the portal before
    "Node API | Have no Node application run",
    "Node API | Have no unit of the Node application",
}
BUDGET = 60
"""Remote commands that a run with nothing to do may start on a host (design.md)."""


def test_the_first_roll_out_reaches_every_host(first_roll_out: Run) -> None:
    assert first_roll_out.code == 0
    assert first_roll_out.unchanged | {WAIT} == RIGHT_FROM_THE_START


def test_the_second_changes_nothing_within_the_budget(site: Site) -> None:
    run = site.roll_out("--debug", deploy=SITE)
    assert run.code == 0, run.output
    assert run.operations > 0
    assert run.changed == {}
    for host in HOSTS:
        assert 0 < run.commands_on(host) <= BUDGET


def test_a_dry_run_sees_nothing_to_do_either(site: Site) -> None:
    run = site.command("pyinfra", "--dry", "inventories/lab.py", "deploys/backend.py")
    assert run.code == 0, run.output
    assert run.changed == {}


def test_two_thousand_students_take_no_more_commands_than_twenty(site: Site) -> None:
    twenty = site.roll_out("--debug", "--limit", "be1")
    many = ("--data", "USERMAX=2000", "--limit", "be1")
    assert site.roll_out(*many).code == 0
    again = site.roll_out("--debug", *many)
    assert again.changed == {}
    assert again.commands_on("be1") == twenty.commands_on("be1")
    assert site.ssh("be1", "getent passwd | grep -c ^student; ls /student | wc -l").split() == ["2000", "2000"]


def test_a_module_runs_alone_by_its_dotted_name(site: Site) -> None:
    run = site.roll_out(deploy="deploys.modules.students.apply")
    assert run.code == 0, run.output
    assert run.operations > 0


def test_the_stamp_says_what_the_host_was_given(site: Site) -> None:
    stamp = site.ssh("be1", "cat /etc/wod/stamp.json")
    assert '"platform": "lab"' in stamp
    assert '"revision": "' in stamp


def test_the_inventory_prints_no_secret(site: Site) -> None:
    for flags in ((), ("--json",)):
        printed = site.command("pyinfra", *flags, "inventories/lab.py", "debug-inventory")
        assert printed.code == 0, printed.output
        assert "<secret WODBETOKEN>" in printed.output
        assert site.secret("WODBETOKEN") not in printed.output
