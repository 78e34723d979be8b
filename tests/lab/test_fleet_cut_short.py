"""Roll-outs that end early: an ill canary, kill -9, a network that is gone. ``--resume`` does the rest."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lab.conftest import OTHERS, ROLLED_OUT, long
from tests.lab.fleet import Fleet, Said, children, cut_off, runs, said, until
from tests.lab.site import Site
from wod import lab

pytestmark = [pytest.mark.lab, long]

ILL = "c.JupyterHub.hub_connect_url = 'http://127.0.0.1:9'"
"""A site's own addition to the Hub's configuration: the Hub starts, and its proxy looks for it where nobody is."""
ADDITION = "/etc/jupyterhub/conf.d/50-site.py"
HUB_WORK = "JupyterHub | Run the Hub and its proxy"


@pytest.fixture(scope="module")
def fleet(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    yield Fleet(site, tmp_path_factory.mktemp("state"))
    settings_of(site).unlink(missing_ok=True)
    lab.reset(OTHERS, snapshot=ROLLED_OUT)


def settings_of(site: Site) -> Path:
    return site.private / "group_vars" / "lab.yml"


def new_settings(fleet: Fleet, seconds: int) -> None:
    """Each backend's Hub gets another configuration, and every host another stamp."""
    settings_of(fleet.site).parent.mkdir(exist_ok=True)
    settings_of(fleet.site).write_text(f"WODIDLETIMEOUT: {seconds}\n")


def untouched(fleet: Fleet, host: str) -> str:
    """What tells that nobody rolled out a host: its files, its Hub, and last how often it was reached by SSH, this time
    included."""
    return fleet.site.ssh(
        host,
        "stat -c '%n %Y' /etc/wod/stamp.json /etc/jupyterhub/*; systemctl show -p ExecMainStartTimestamp jupyterhub;"
        " journalctl -q --no-pager _COMM=sshd _COMM=sshd-session -g '^Accepted' | wc -l",
    )


@pytest.fixture(scope="module")
def ill_canary(fleet: Fleet) -> tuple[Said, str, str]:
    """How a roll-out with an ill canary fared; what tells that be2 was not touched, before and after."""
    new_settings(fleet, 5000)
    fleet.site.ssh("be1", f'echo "{ILL}" >{ADDITION}')
    before = untouched(fleet, "be2")
    done = fleet.rollout("--limit", "be1,be2,api", "--canary", "api,be1")
    return done, before, untouched(fleet, "be2")


def test_an_ill_canary_ends_it(ill_canary: tuple[Said, str, str]) -> None:
    done, _, _ = ill_canary
    assert (done.code, done.outcomes) == (1, {"api": "changed", "be1": "failed", "be2": "skipped"}), done.out
    assert done.report["stopped"] == "be1 failed as canary"
    assert "rolled out, but not healthy: http://127.0.0.1:8000/hub/health answers 503" in done.hosts["be1"]["error"]


def test_the_wave_behind_it_is_untouched(fleet: Fleet, ill_canary: tuple[Said, str, str]) -> None:
    (*before, log_ins), (*after, later) = (seen.splitlines() for seen in ill_canary[1:])
    assert (before, int(log_ins) + 1) == (after, int(later))
    assert not fleet.log("be2")


def test_after_the_repair_it_goes_on_and_does_nobody_twice(fleet: Fleet, ill_canary: tuple[Said, str, str]) -> None:
    log = fleet.log("api")
    fleet.site.ssh("be1", f"rm {ADDITION}; systemctl restart jupyterhub")
    done = fleet.rollout("--resume")
    assert (done.code, done.outcomes) == (0, {"api": "skipped", "be1": "unchanged", "be2": "changed"}), done.out
    assert fleet.log("api") == log


@dataclass
class Killed:
    """Control processes that were killed, what they had printed, and the hosts' logs at the end of that."""

    fleet: Fleet
    processes: list[int] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    logs: dict[str, str] = field(default_factory=dict)

    def at(self, what: str, reached: Callable[[], object], process: subprocess.Popen[str]) -> None:
        """-9, as soon as it is there; of what it started here nothing goes on."""
        until(what, lambda: process.poll() is not None or reached())
        assert process.poll() is None, said(process)
        at_work = children(process)
        process.send_signal(signal.SIGKILL)
        self.printed.append(said(process).out)
        self.processes.append(process.pid)
        until("the end of its children", lambda: not any(map(runs, at_work)), patience=10)


@pytest.fixture(scope="module")
def killed(fleet: Fleet) -> Killed:
    """A roll-out of three hosts, one by one: killed at the first; resumed, and killed at the second's Hub;
    resumed, and killed while it looks whether that is well."""
    new_settings(fleet, 4000)
    before = fleet.records
    chain, resumed = Killed(fleet), ("rollout", "--yes", "--resume")
    begun = fleet.start("rollout", "--yes", "--limit", "be1,be2,api", "--wave", "1")
    until("a record of it", lambda: fleet.records != before)
    chain.at("work on api", lambda: "Starting operation" in fleet.log("api"), begun)
    chain.at("the restart of be1's Hub", lambda: HUB_WORK in fleet.log("be1"), fleet.start(*resumed))
    chain.at("the end of be1", lambda: fleet.is_done("be1"), fleet.start(*resumed))
    chain.logs = {host: fleet.log(host) for host in ("api", "be1", "be2")}
    return chain


@pytest.fixture(scope="module")
def lost(fleet: Fleet, killed: Killed) -> Said:
    """Resumed, and cut off from all hosts while the Hub of the third one restarts."""
    process = fleet.start("rollout", "--yes", "--resume", "--json")
    until("the restart of be2's Hub", lambda: process.poll() is not None or HUB_WORK in fleet.log("be2"))
    with cut_off():
        return said(process)


def test_who_was_killed_is_named_by_the_next_one(killed: Killed, lost: Said) -> None:
    later = [*killed.printed[1:], lost.err]
    for pid, printed in zip(killed.processes, later, strict=True):
        assert re.search(rf"The last roll-out, of \S+ \(process {pid} on .*\), was cut off\.", printed), printed


def test_a_network_that_is_gone_is_noticed(lost: Said) -> None:
    assert (lost.code, lost.outcomes) == (1, {"api": "skipped", "be1": "skipped", "be2": "unreachable"}), lost.out
    assert "the connection was lost" in lost.hosts["be2"]["error"]
    assert lost.hosts["be2"]["seconds"] < 180


def test_resumed_it_converges_and_does_nobody_twice(fleet: Fleet, killed: Killed, lost: Said) -> None:
    done = fleet.rollout("--resume")
    assert (done.code, done.outcomes) == (0, {"api": "skipped", "be1": "skipped", "be2": "changed"}), done.out
    assert {host: fleet.log(host) for host in ("api", "be1")} == {host: killed.logs[host] for host in ("api", "be1")}
    assert [fleet.log(host).count("] Connected") for host in ("api", "be1", "be2")] == [2, 2, 2]
    again = fleet.rollout("--limit", "be1,be2,api")
    assert (again.code, again.outcomes) == (0, dict.fromkeys(("api", "be1", "be2"), "unchanged")), again.out
