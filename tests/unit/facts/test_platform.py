"""Which distribution a host is, from os-release files of all supported ones."""

from __future__ import annotations

import pytest

from tests.commands import run
from tests.fixtures import lines
from wod.facts.platform import Platform, PlatformFact, parse


@pytest.mark.parametrize(
    ("distribution", "platform"),
    [
        ("debian12", Platform("debian", "12", "debian", "systemd-nspawn")),
        ("debian13", Platform("debian", "13", "debian", "systemd-nspawn")),
        ("ubuntu2204", Platform("ubuntu", "22.04", "debian")),
        ("ubuntu2404", Platform("ubuntu", "24.04", "debian")),
        ("rocky9", Platform("rocky", "9.5", "rhel")),
        ("almalinux9", Platform("almalinux", "9.5", "rhel")),
        ("rhel9", Platform("rhel", "9.4", "rhel")),
        ("centos7", Platform("centos", "7", "")),
    ],
)
def test_distributions(distribution: str, platform: Platform) -> None:
    assert PlatformFact().process(lines(f"{distribution}/platform")) == platform
    assert str(platform) == f"{platform.id} {platform.version}"


@pytest.mark.parametrize("text", ["ID=arch", "ID='opensuse-leap'\nID_LIKE=\"suse opensuse\"", "NAME=Nothing", ""])
def test_another_distribution_has_no_family(text: str) -> None:
    assert parse(text.splitlines()).family == ""


def test_a_damaged_os_release_is_not_read() -> None:
    assert PlatformFact().process(['ID="debian', "wod-end"]) is None


@pytest.mark.parametrize(("version", "major"), [("9.5", 9), ("24.04", 24), ("12", 12), ("", 0)])
def test_major(version: str, major: int) -> None:
    assert Platform("x", version, "").major == major


def test_this_machine_has_a_platform() -> None:
    platform = PlatformFact().process(run(PlatformFact().command()).stdout.splitlines())
    assert platform is not None
    assert platform.id
