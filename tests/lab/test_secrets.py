"""Somebody with an account on a backend looks for the platform's secrets, and an operator looks at his own screen."""

from __future__ import annotations

import pytest

from tests.lab.site import Site

pytestmark = pytest.mark.lab

LOOK = """
cd /
places="/etc /opt /home /var /usr/local /root /run /srv /student /tmp /dev/shm"
find $places -xdev -type f -readable -size -4M -print0 2>/dev/null |
    xargs -0 -r grep -laF -f "$1" 2>/dev/null
find /proc -maxdepth 2 \\( -name environ -o -name cmdline \\) -readable -print0 2>/dev/null |
    xargs -0 -r grep -laF -f "$1" 2>/dev/null
ps -efww | grep -F -f "$1" | grep -v grep
true
"""

WATCH = "while true; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; sleep 0.01; done > /root/seen"


@pytest.mark.parametrize("host", ["be1", "be2"])
def test_a_student_finds_no_secret(site: Site, host: str) -> None:
    """The needles are given to the search in a file that only it may read, so that finding itself does not count."""
    proxy = site.ssh(host, "cut -d= -f2 /etc/jupyterhub/proxy.env")
    cookie = site.ssh(host, "cat /var/lib/jupyterhub/cookie_secret")
    needles = "\n".join([site.secret("WODBETOKEN"), proxy, cookie])
    site.ssh(
        host,
        f"mkdir -m 755 /needles; (umask 077; printf '%s\\n' '{needles}' > /needles/list); chown student5: /needles/*",
    )
    site.ssh(host, f"cat > /needles/look <<'EOS'\n{LOOK}\nEOS")
    found = site.ssh(host, "runuser -u student5 -- sh /needles/look /needles/list")
    site.ssh(host, "rm -r /needles")
    assert found == ""


@pytest.mark.parametrize("host", ["be1", "be2"])
def test_the_search_would_find_one(site: Site, host: str) -> None:
    """The same search, with a token where a student could see it."""
    site.ssh(
        host,
        "mkdir -m 755 /needles; echo planted-4711 | tee /needles/list > /etc/leak; chmod 644 /etc/leak /needles/list",
    )
    site.ssh(host, f"cat > /needles/look <<'EOS'\n{LOOK}\nEOS")
    found = site.ssh(host, "runuser -u student5 -- sh /needles/look /needles/list")
    site.ssh(host, "rm -r /needles /etc/leak")
    assert "/etc/leak" in found


def test_a_run_shows_no_secret_even_when_it_writes_one(site: Site) -> None:
    site.ssh("be1", "rm /etc/jupyterhub/token")
    run = site.command(
        "pyinfra", "-y", "-vvv", "--debug", "--diff", "--limit", "be1", "inventories/lab.py", "deploys/backend.py"
    )
    assert run.code == 0, run.output
    assert site.ssh("be1", "cat /etc/jupyterhub/token") == site.secret("WODBETOKEN")
    assert site.secret("WODBETOKEN") not in run.output


def test_no_secret_is_on_a_command_line_while_a_host_is_rolled_out(site: Site) -> None:
    site.ssh("be1", "rm /etc/jupyterhub/token")
    site.ssh(
        "be1", f"cat > /root/watch <<'EOS'\n{WATCH}\nEOS\nsystemd-run -q --unit wod-watch sh /root/watch; sleep 0.3"
    )
    assert site.roll_out("--limit", "be1").code == 0
    seen = site.ssh("be1", "systemctl stop wod-watch; cat /root/seen; rm /root/seen /root/watch")
    assert "jupyterhub/token" in seen, "the watcher was to see the run's commands"
    assert site.secret("WODBETOKEN") not in seen


def test_the_operators_store_is_his_own(site: Site) -> None:
    store = site.private / "secrets" / "lab.yml"
    assert store.stat().st_mode & 0o077 == 0
    assert store.parent.stat().st_mode & 0o077 == 0
