"""Who guesses passwords is kept out for a while; nobody else is, and never the site itself."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.lab.addresses import ADDRESS, unused
from tests.lab.participant import Participant
from tests.lab.site import Site
from wod.lab.places import places

pytestmark = pytest.mark.lab

GUESSER, OTHER = unused(201), unused(202)
HUBS = {name: f"http://{ADDRESS[name]}:8000" for name in ("be1", "be2")}
BAN = 20
FLAGS = ("--data", f"WODFAIL2BANTIME={BAN}s", "--data", "WODFAIL2BANRETRY=6")
GUESS = """
for n in 1 2 3 4 5 6 7 8; do
    page=$(curl -s -c /tmp/jar HUB/hub/login)
    token=$(echo "$page" | sed -n "s/.*name=._xsrf. value=.\\([^\\"]*\\).*/\\1/p" | head -1)
    curl -s -o /dev/null -b /tmp/jar --data-urlencode "_xsrf=$token" \\
        -d username=student3 -d password=guess HUB/hub/login
done
""".replace("HUB", HUBS["be1"])


@pytest.fixture(scope="module")
def strangers(site: Site) -> Iterator[Site]:
    """Two more addresses on the lab's network that belong to no host of the site; short bans."""
    bridge = places().bridge
    for address in (GUESSER, OTHER):
        subprocess.run(["ip", "address", "add", f"{address}/24", "dev", bridge], check=True)
    run = site.roll_out(*FLAGS)
    assert run.code == 0, run.output
    yield site
    for address in (GUESSER, OTHER):
        subprocess.run(["ip", "address", "del", f"{address}/24", "dev", bridge], check=True)


def connects(hub: str, address: str) -> bool:
    """Whether the Hub's port answers that address."""
    transport = httpx.HTTPTransport(local_address=address)
    try:
        with httpx.Client(transport=transport, timeout=httpx.Timeout(30, connect=2)) as client:
            return client.get(f"{hub}/hub/login").status_code == 200
    except httpx.TransportError:
        return False


def becomes(wanted: bool, hub: str, address: str, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while connects(hub, address) is not wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


@pytest.mark.parametrize("host", HUBS)
def test_six_failed_log_ins_shut_an_address_out_for_a_while(strangers: Site, host: str) -> None:
    hub = HUBS[host]
    assert connects(hub, GUESSER)
    for attempt in range(6):
        assert not Participant(hub, "student3", f"guess-{attempt}", GUESSER).log_in()
    assert becomes(False, hub, GUESSER, 15), "still let in after six failed log-ins"
    assert connects(hub, OTHER), "somebody else was shut out, too"
    assert becomes(True, hub, GUESSER, 3 * BAN), "still shut out long after the ban has ended"


def test_a_host_of_the_site_is_never_banned(strangers: Site) -> None:
    strangers.ssh("be2", GUESS)
    failures = f"journalctl -u jupyterhub --since -2min | grep -c {ADDRESS['be2']}"
    assert int(strangers.ssh("be1", failures)) >= 8, "the log-ins of be2 were not even noticed"
    time.sleep(5)
    assert strangers.ssh("be2", f"curl -so /dev/null -w '%{{http_code}}' {HUBS['be1']}/hub/login") == "200"


def test_watching_is_applied_twice_and_changes_nothing(strangers: Site) -> None:
    assert strangers.roll_out(*FLAGS).changed == {}


def test_secrets_of_the_firewall_in_front_are_in_a_file_of_root(strangers: Site, tmp_path: Path) -> None:
    own = strangers.private / "group_vars" / "all.yml"
    own.parent.mkdir(exist_ok=True)
    own.write_text("---\nOPNSENSEKEY: planted-key\nOPNSENSESEC: planted-secret\nOPNSENSEIP: 192.0.2.1\n")
    try:
        run = strangers.roll_out("--limit", "be1", *FLAGS)
    finally:
        own.unlink()
    assert run.code == 0, run.output
    found = strangers.ssh("be1", "grep -rl planted-secret /etc /var/lib/fail2ban | xargs -r stat -c '%a %U'")
    assert set(found.splitlines()) == {"600 root"}
    assert "planted-secret" not in run.output
