"""Six hosts, four of them with a trouble of their own: the other two are done, and all six are named rightly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.lab.fleet import Fleet, Said, said
from tests.lab.site import Site
from wod import lab

pytestmark = pytest.mark.lab

MORE = ("be3", "be4")
INVENTORY = """
import os, runpy, sys

sys.path.append(os.getcwd())
globals().update(runpy.run_path("inventories/lab.py"))
import deploys.modules.fail2ban
from pyinfra import host

apply = deploys.modules.fail2ban.apply


def apply_but_not_on_the_api_host():
    if host.name == "api":
        raise RuntimeError("a bug in a deploy")
    apply()


deploys.modules.fail2ban.apply = apply_but_not_on_the_api_host
"""
REFUSE_SSH = "systemctl stop ssh.socket ssh.service"
HANG = "rm /etc/os-release; mkfifo /etc/os-release"
"""Whoever reads it waits for ever."""
NAMED = "sed -n '/BEGIN wod/,/END wod/p' /etc/hosts"
"""What a roll-out told a host of the others; the lab names all it knows above that."""
FARED = {
    "be1": ("changed", "operations"),
    "be2": ("changed", "operations"),
    "be3": ("unreachable", "Unable to connect"),
    "be4": ("timeout", "it took longer than"),
    "api": ("failed", "RuntimeError: a bug in a deploy"),
    "www": ("held", "exam week"),
}
"""Two hosts are told of two new ones, and four have a trouble each."""


@pytest.fixture(scope="module")
def six(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """be3 refuses SSH, on be4 a command never returns, for api a deploy has a bug, www is held."""
    lab.up(MORE)
    try:
        site.ssh("be3", REFUSE_SSH)
        site.ssh("be4", HANG)
        folder: Path = tmp_path_factory.mktemp("six")
        (folder / "six.py").write_text(INVENTORY)
        fleet = Fleet(site, folder, str(folder / "six.py"))
        held = fleet.wod("hold", "www", "--reason", "exam week", "--until", date.today().isoformat())
        assert held.code == 0, held.err
        yield fleet
    finally:
        lab.down(MORE)


@pytest.fixture(scope="module")
def fared(six: Fleet) -> Said:
    return six.rollout("--timeout", "50", "--max-failures", "9", "--html", str(six.folder / "rollout.html"))


def judged(page: Path) -> dict[str, str]:
    """``{host: outcome or verdict}`` as a page colours it."""
    return dict(re.findall(r'<h2>(\S+)</h2>\s*<p class="([^"]+)">', page.read_text()))


def test_all_six_are_named_with_what_became_of_them(six: Fleet, fared: Said) -> None:
    assert fared.code == 1
    assert fared.outcomes == {host: outcome for host, (outcome, _) in FARED.items()}, fared.out
    assert fared.report["summary"].startswith("2 changed, 1 failed, 1 unreachable, 1 timeout, 1 held in ")
    page = (six.folder / "rollout.html").read_text()
    for host, (outcome, why) in FARED.items():
        assert outcome == "changed" or why in fared.hosts[host]["error"]
        assert re.search(rf'<h2>{host}</h2>\s*<p class="{outcome}">{outcome}\b[^<]*{why}', page), host


def test_the_two_without_trouble_did_not_wait_for_the_others(six: Fleet, fared: Said) -> None:
    ends = re.findall(r"^(\S+) +(?:changed|failed|unreachable|timeout) ", fared.err, re.MULTILINE)
    assert set(ends[:4]) == {"be1", "be2", "be3", "api"}, fared.err
    assert ends[4] == "be4"
    for host in ("be1", "be2"):
        assert "be4" in six.site.ssh(host, NAMED)


def test_nothing_was_done_on_the_held_host(six: Fleet, fared: Said) -> None:
    assert not six.log("www")
    named = six.site.ssh("www", NAMED)
    assert "be2" in named
    assert "be4" not in named


def test_resumed_the_summary_names_them_too_and_who_is_done_is_not_done_again(six: Fleet, fared: Said) -> None:
    again = six.wod("rollout", "--yes", "--resume", "--timeout", "12")
    assert (again.code, again.err) == (1, "")
    summary = again.out.partition("\n\n")[2]
    now = {**FARED, **dict.fromkeys(("be1", "be2"), ("skipped", "done before; nothing changed since"))}
    for host, (outcome, why) in now.items():
        assert re.search(rf"^{host} +{outcome} .*{why}", summary, re.MULTILINE), again.out
    assert "1 failed, 1 unreachable, 1 timeout, 1 held, 2 skipped in " in summary
    assert [six.log(host).count("] Connected") for host in ("be1", "be2")] == [1, 1]


def test_a_plan_and_a_check_judge_whom_they_can_and_name_the_others(six: Fleet, fared: Said) -> None:
    """Both at once: neither changes anything."""
    pages = {name: six.folder / f"{name}.html" for name in ("plan", "check")}
    more = ("--timeout", "30", "--json", "--limit", ",".join(FARED), "--html")
    started = six.start("plan", *more, str(pages["plan"])), six.start("drift", "check", *more, str(pages["check"]))
    plan, check = (said(process) for process in started)
    lost = {"api": "failed", "be3": "unreachable", "be4": "timeout"}
    assert plan.outcomes == {**lost, "be1": "unchanged", "be2": "unchanged", "www": "changed"} == judged(pages["plan"])
    verdicts = {name: host["verdict"] for name, host in check.hosts.items()}
    assert verdicts == {**lost, **dict.fromkeys(("be1", "be2"), "as rolled out"), "www": "behind"}
    assert judged(pages["check"]) == {**lost, **dict.fromkeys(("be1", "be2"), "good"), "www": "behind"}
    assert "3 not judged (api, be3, be4)" in plan.report["summary"]
    for found in (plan, check):
        assert found.code == 1
        assert "exam week" in found.hosts["www"]["held"]
        assert "RuntimeError: a bug in a deploy" in found.hosts["api"]["error"]
