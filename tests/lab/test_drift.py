"""What people and accidents do to a host between two roll-outs, all at once; one run mends it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.lab.site import Run, Site

pytestmark = pytest.mark.lab
ACL = "user::rwx,user:wodadmin:rwx,group::---,mask::rwx,other::---"


@dataclass(frozen=True)
class Drift:
    """``plant`` breaks something; ``shown`` then prints something else than ``mended``, and ``mended`` after a run."""

    name: str
    plant: str
    shown: str
    mended: str


def acl_of(home: str) -> str:
    return f"getfacl -cpE {home} | grep -v ^default | paste -sd, | sed 's/,*$//'"


DRIFTS = [
    Drift("deleted account", "userdel student5", "id -u student5 2>&1; stat -c %U /student/student5", "2005\nstudent5"),
    Drift("changed uid", "usermod -u 5006 student6", "id -u student6; stat -c %u /student/student6/kept", "2006\n2006"),
    Drift("open home", "chmod 777 /student/student7", acl_of("/student/student7"), ACL),
    Drift("removed ACL", "setfacl -b /student/student8", acl_of("/student/student8"), ACL),
    Drift(
        "edited Hub configuration",
        "echo 'c.Authenticator.allow_all = True' >> /etc/jupyterhub/jupyterhub_config.py",
        "grep -c allow_all /etc/jupyterhub/jupyterhub_config.py || true",
        "0",
    ),
    Drift(
        "stopped and masked service",
        "systemctl stop jupyterhub; mv /etc/systemd/system/jupyterhub.service /root/; systemctl mask jupyterhub",
        "systemctl is-active jupyterhub; systemctl is-enabled jupyterhub",
        "active\nenabled",
    ),
    Drift(
        "removed package",
        "apt-get -qq -y remove rsync >/dev/null",
        "dpkg-query -W -f '${db:Status-Abbrev}' rsync",
        "ii",
    ),
    Drift(
        "removed Python package",
        "/opt/jupyterhub/bin/pip uninstall -q -y bash_kernel 2>&1",
        "/opt/jupyterhub/bin/python -c 'import bash_kernel; print(1)' 2>&1 | tail -n 1",
        "1",
    ),
    Drift("removed firewall rule", "ufw delete allow 8000/tcp", "ufw status | grep -c '^8000/tcp'", "2"),
    Drift("firewall off", "ufw disable", "ufw status | head -n 1", "Status: active"),
    Drift(
        "deleted unit",
        "rm /etc/systemd/system/jupyterhub-proxy.service; systemctl daemon-reload",
        "systemctl show -p LoadState --value jupyterhub-proxy; systemctl is-active jupyterhub-proxy",
        "loaded\nactive",
    ),
    Drift(
        "wrong owner of /student",
        "chown nobody:nogroup /student; chmod 755 /student",
        "stat -c '%U %a' /student",
        "wodadmin 711",
    ),
    Drift(
        "changed gid",
        "groupmod -g 2950 student9",
        "getent group student9 | cut -d: -f3; id -g student9",
        "2009\n2009",
    ),
    Drift("wrong shell", "usermod -s /bin/false student10", "getent passwd student10 | cut -d: -f7", "/bin/bash"),
    Drift("readable token", "chmod 644 /etc/jupyterhub/token", "stat -c %a /etc/jupyterhub/token", "600"),
    Drift(
        "live kernel parameter",
        "sysctl -qw net.ipv4.tcp_keepalive_time=99",
        "sysctl -n net.ipv4.tcp_keepalive_time",
        "1800",
    ),
]
CONTENTS = """
cd /student && find . -path "./*/*" -type f -exec sha256sum {} + | sort -k2
find . -path "./*/*" -printf "%p %T@\\n" | sort
"""


@pytest.fixture(scope="module")
def contents(site: Site) -> str:
    """What is in the homes, with times, before anything happens to the host."""
    site.ssh(
        "be1",
        "for n in $(seq 20); do f=/student/student$n/kept; echo work of $n > $f; chown student$n: $f; done",
    )
    return site.ssh("be1", CONTENTS)


@pytest.fixture(scope="module")
def mended(site: Site, contents: str) -> Run:
    """One run over all drifts together."""
    for drift in DRIFTS:
        site.ssh("be1", drift.plant)
    broken = {drift.name: site.ssh("be1", drift.shown, check=False) for drift in DRIFTS}
    whole = [drift.name for drift in DRIFTS if broken[drift.name] == drift.mended]
    assert whole == [], "planting these had no effect"
    return site.roll_out("--limit", "be1")


def test_one_run_mends_everything(mended: Run) -> None:
    assert mended.code == 0, mended.output


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
def test_each_drift_is_mended(site: Site, mended: Run, drift: Drift) -> None:
    assert site.ssh("be1", drift.shown, check=False) == drift.mended


def test_the_next_run_changes_nothing(site: Site, mended: Run) -> None:
    again = site.roll_out("--limit", "be1")
    assert again.code == 0, again.output
    assert again.changed == {}


def test_what_is_in_the_homes_is_untouched(site: Site, mended: Run, contents: str) -> None:
    assert site.ssh("be1", CONTENTS) == contents


def test_a_host_that_had_no_drift_was_left_alone(site: Site, mended: Run) -> None:
    assert site.roll_out("--limit", "be2").changed == {}
