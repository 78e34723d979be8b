"""Which packages a host lacks or could have, for both families."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.commands import run
from tests.fixtures import lines
from wod.facts.packages import MissingPackages, OfferedPackages, optional_packages


@pytest.mark.parametrize("distribution", ["debian12", "debian13"])
def test_what_real_hosts_print(distribution: str) -> None:
    assert MissingPackages().process(lines(f"{distribution}/packages")) == ["powershell", "firewalld"]
    assert OfferedPackages().process(lines(f"{distribution}/offered")) == ["acl"]


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder first in PATH, for package managers that this machine does not have."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def install(tools: Path, name: str, text: str) -> None:
    (tools / name).write_text(f"#!/bin/sh\n{text}\n")
    (tools / name).chmod(0o755)


def test_rpm_is_asked_for_what_provides_a_name(tools: Path) -> None:
    """RHEL's minimal images have curl-minimal, which provides curl; installing curl beside it would fail."""
    install(tools, "rpm", '[ "$*" = "-q --quiet --whatprovides curl" ]')
    done = run(MissingPackages().command(family="rhel", packages=["curl", "acl"]))
    assert MissingPackages().process(done.stdout.splitlines()) == ["acl"]


def test_dnf_is_asked_what_it_offers(tools: Path) -> None:
    install(tools, "dnf", '[ "$*" = "-q --cacheonly info acl" ]')
    done = run(OfferedPackages().command(family="rhel", packages=["powershell", "acl", "nosuch"]))
    assert OfferedPackages().process(done.stdout.splitlines()) == ["acl"]


@pytest.mark.parametrize(("status", "missing"), [("ii ", []), ("hi ", []), ("rc ", ["x"]), ("iF ", ["x"]), ("", ["x"])])
def test_dpkg_must_say_that_a_package_is_whole(tools: Path, status: str, missing: list[str]) -> None:
    install(tools, "dpkg-query", f"printf '{status}'")
    done = run(MissingPackages().command(family="debian", packages=["x"]))
    assert MissingPackages().process(done.stdout.splitlines()) == missing


def test_an_unknown_family_offers_nothing() -> None:
    assert optional_packages(None, "", ["powershell"]) == set()
