"""A host that fails never stops the others, and is named with its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lab.addresses import unused
from tests.lab.site import Site

pytestmark = pytest.mark.lab

THREE = f"""
from wod import lab
from wod.inventory import Host, build

LAB = [
    Host(h.name, number=h.number, address=str(h.address), ssh=lab.connection(h))
    for h in lab.hosts()
    if h.role == "backends"
]
SSH = {{key: value for key, value in LAB[0].ssh.items() if key != "ssh_hostname"}}
globals().update(build("lab", [*LAB, Host("be3", number=3, address="{unused(99)}", ssh=SSH)]))
"""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The lab's two hosts and one at whose address nobody is."""
    path: Path = tmp_path_factory.mktemp("inventory") / "three.py"
    path.write_text(THREE)
    return str(path)


def test_an_unreachable_host_is_named_and_the_others_are_done(site: Site, three: str) -> None:
    site.ssh("be1", "rm /etc/sysctl.d/90-wod.conf")
    site.ssh("be2", "rm /etc/sysctl.d/90-wod.conf")
    run = site.roll_out(inventory=three)
    assert run.code != 0
    (line,) = [line for line in run.output.splitlines() if "be3" in line and "onnect" in line]
    assert re.search(r"\[be3\].*(timed out|No route|refused|Unable to connect)", line), line
    assert run.changed["System | Write limits, kernel parameters and the skeleton of homes"] == 2
    assert "Traceback" not in run.output


def test_a_host_that_fails_in_the_middle_does_not_stop_the_other(site: Site) -> None:
    site.ssh("be2", "rm -rf /etc/pam.d/jupyterhub; mkdir /etc/pam.d/jupyterhub")
    site.ssh("be1", "userdel student4")
    run = site.roll_out()
    assert run.code != 0
    assert "/etc/pam.d/jupyterhub: a folder is in the way of a file; move it aside" in run.output
    assert site.ssh("be1", "id -u student4") == "2004"
    site.ssh("be2", "rmdir /etc/pam.d/jupyterhub")
    assert site.roll_out().code == 0


def test_bad_settings_are_all_told_at_once_and_nothing_is_touched(site: Site) -> None:
    folder = site.private / "group_vars"
    folder.mkdir(exist_ok=True)
    (folder / "lab.yml").write_text("USERMXA: 20\nWODBEPORT: 99999\n")
    try:
        run = site.roll_out()
    finally:
        (folder / "lab.yml").unlink()
    assert run.code == 2
    assert "lab.yml:1" in run.output
    assert "did you mean USERMAX" in run.output
    assert "lab.yml:2" in run.output
    assert "Traceback" not in run.output
    assert "Connecting" not in run.output
