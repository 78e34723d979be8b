"""What the system module decides, and the files it writes."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploys.modules.system import firewall_of, syncs_time
from wod import templates
from wod.facts.platform import Platform
from wod.inventory import Host
from wod.system import host_names, stable_minute

DEBIAN, RHEL, OTHER = (Platform("x", "1", family) for family in ("debian", "rhel", ""))
CONTAINER = Platform("debian", "12", "debian", "systemd-nspawn")


def test_a_host_keeps_its_minute_and_hosts_differ() -> None:
    minutes = {stable_minute(f"be{number}.example.org") for number in range(200)}
    assert stable_minute("be1.example.org") == stable_minute("be1.example.org")
    assert len(minutes) > 40
    assert minutes <= set(range(60))


def site_host(name: str, address: str = "", internal: str = "") -> SimpleNamespace:
    return SimpleNamespace(name=name, declared=Host(name, address=address, internal=internal))


def test_names_in_etc_hosts() -> None:
    hosts = [
        site_host("be1.example.org", "192.0.2.1"),
        site_host("be2.example.org", "192.0.2.2", "two.int.example.org:8010"),
        site_host("api.example.org"),
    ]
    assert host_names("be1.example.org", hosts, {"git": "192.0.2.9", "aux": "192.0.2.8"}) == [
        "127.0.1.1 be1.example.org be1",
        "192.0.2.2 two.int.example.org two",
        "192.0.2.8 aux",
        "192.0.2.9 git",
    ]


@pytest.mark.parametrize(
    ("setting", "platform", "kind"),
    [
        ("auto", DEBIAN, "ufw"),
        ("auto", RHEL, "firewalld"),
        ("auto", OTHER, ""),
        ("none", DEBIAN, ""),
        ("firewalld", DEBIAN, "firewalld"),
    ],
)
def test_which_firewall(setting: str, platform: Platform, kind: str) -> None:
    assert firewall_of(SimpleNamespace(WODFIREWALL=setting), platform) == kind  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("setting", "platform", "syncs"),
    [(True, DEBIAN, True), (True, RHEL, True), (True, OTHER, False), (True, CONTAINER, False), (False, DEBIAN, False)],
)
def test_whether_the_clock_is_kept(setting: bool, platform: Platform, syncs: bool) -> None:
    assert syncs_time(SimpleNamespace(WODTIMESYNC=setting), platform) == syncs  # type: ignore[arg-type]


@pytest.mark.parametrize("family", ["debian", "rhel"])
def test_the_daily_update_is_a_script_for_sh(family: str) -> None:
    text = templates.text(f"system/wod-update.{family}")
    assert subprocess.run(["sh", "-n"], input=text, text=True).returncode == 0
    assert text.startswith("#!/bin/sh\n")


def test_the_timer_has_the_hosts_minute() -> None:
    assert "OnCalendar=*-*-* 03:07:00\n" in templates.render("system/wod-update.timer.j2", hour=3, minute=7)


def test_kernel_parameters_are_one_a_line() -> None:
    text = templates.render("system/sysctl.conf.j2", values={"vm.max_map_count": "1", "kernel.pid_max": "2"})
    assert [line for line in text.splitlines()[1:] if line] == ["vm.max_map_count = 1", "kernel.pid_max = 2"]


def test_the_skeleton_is_readable_text() -> None:
    for path in Path(templates.ROOT / "system" / "skel").iterdir():
        path.read_text()
