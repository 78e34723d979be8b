"""The portal's certificate by ACME: certbot on the frontend; Pebble, an authority for tests, on a backend."""

from __future__ import annotations

import json
import ssl
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.authority import issue
from tests.lab.addresses import ADDRESS
from tests.lab.conftest import ROLLED_OUT, long
from tests.lab.site import Run, Site
from wod import lab

pytestmark = [pytest.mark.lab, long]
WWW, NAME = ADDRESS["www"], "portal.wod.test"
DIRECTORY = f"https://{ADDRESS['be1']}:14000/dir"
ROOT = f"https://{ADDRESS['be1']}:15000/roots/0"
SETTINGS = f"""---
WODTLS: acme
WODACMEMAIL: admin@example.org
WODACMEURL: {DIRECTORY}
WODFEPROTO: https
WODFEPORT: 443
"""
INVENTORY = f"""
from wod import lab
from wod.inventory import Host, build

EXTERNAL = {{"www": "{NAME}:443:https"}}
members = [host for host in lab.hosts() if host.name in ("api", "www")]
hosts = [
    Host(
        host.name,
        host.role,
        external=EXTERNAL.get(host.name, str(host.address)),
        address=str(host.address),
        settings=lab.settings(host),
        ssh=lab.connection(host),
    )
    for host in members
]
globals().update(build("lab", hosts))
"""
PEBBLE = {
    "pebble": {
        "listenAddress": "0.0.0.0:14000",
        "managementListenAddress": "0.0.0.0:15000",
        "certificate": "/etc/pebble/portal.pem",
        "privateKey": "/etc/pebble/portal.key",
        "httpPort": 80,
        "tlsPort": 443,
    }
}
"""As in the example of its package, but that it asks port 80, as the authorities do."""
START = """
systemd-run -q --unit=pebble -E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_WFE_NONCEREJECT=0 pebble -config /etc/pebble/config.json
until ss -Hltn 'sport = 14000' | grep -q .; do sleep 0.2; done
"""


def put(site: Site, host: str, path: str, text: str) -> None:
    site.ssh(host, f"echo {b64encode(text.encode()).decode()} | base64 -d > {path}")


@pytest.fixture(scope="module")
def trusting(site: Site, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Pebble is ready to be started on be1, and the frontend trusts its front door; so does who gets this context."""
    authority = issue("The lab's authority")
    folder = tmp_path_factory.mktemp("pebble")
    issue(ADDRESS["be1"], issuer=authority).write(folder)
    site.ssh(
        "be1", "apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq -y install pebble; mkdir /etc/pebble"
    )
    for file in folder.iterdir():
        put(site, "be1", f"/etc/pebble/{file.name}", file.read_text())
    put(site, "be1", "/etc/pebble/config.json", json.dumps(PEBBLE))
    site.ssh("be1", f"echo {WWW} {NAME} >> /etc/hosts; ufw allow 14000/tcp; ufw allow 15000/tcp")
    put(site, "www", "/usr/local/share/ca-certificates/authority.crt", authority.pem)
    site.ssh("www", "update-ca-certificates")
    root = folder / "root.pem"
    root.write_text(authority.pem)
    return ssl.create_default_context(cafile=str(root))


@pytest.fixture(scope="module")
def inventory(site: Site, trusting: ssl.SSLContext, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The frontend under a name that an authority can certify; www is put back in the end."""
    file = tmp_path_factory.mktemp("acme") / "lab.py"
    file.write_text(INVENTORY)
    settings = site.private / "group_vars" / "all.yml"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(SETTINGS)
    try:
        yield file
    finally:
        settings.unlink()
        lab.reset(("www",), snapshot=ROLLED_OUT)


def roll_out(site: Site, inventory: Path) -> Run:
    return site.roll_out("--limit", "www", inventory=str(inventory), deploy="deploys/frontend.py")


def home_page(context: ssl.SSLContext) -> httpx.Response:
    """As a browser gets it that trusts whom the context trusts, and asks for the portal by its name."""
    with httpx.Client(verify=context, timeout=30) as client:
        return client.get(f"https://{WWW}/", headers={"Host": NAME}, extensions={"sni_hostname": NAME})


@pytest.fixture
def browser(site: Site, trusting: ssl.SSLContext) -> ssl.SSLContext:
    """One that trusts the root of what Pebble signs; it makes a new one at each start."""
    with httpx.Client(verify=trusting, timeout=30) as client:
        return ssl.create_default_context(cadata=client.get(ROOT).text)


def test_an_authority_that_is_away_leaves_the_portal_with_its_own_certificate(site: Site, inventory: Path) -> None:
    run = roll_out(site, inventory)
    assert run.code != 0
    assert "certbot got no certificate; until it does, browsers warn of the one that the portal shows" in run.output
    assert "Traceback" not in run.output
    nobody = ssl.create_default_context()
    nobody.check_hostname, nobody.verify_mode = False, ssl.CERT_NONE
    assert home_page(nobody).status_code == 200


def test_the_next_run_gets_one_and_the_one_after_has_nothing_to_do(site: Site, inventory: Path) -> None:
    site.ssh("be1", START)
    run = roll_out(site, inventory)
    assert run.code == 0, run.output
    assert "Frontend | Get a certificate" in run.changed
    again = roll_out(site, inventory)
    assert (again.code, again.changed) == (0, {}), again.output


def test_a_browser_believes_it(inventory: Path, browser: ssl.SSLContext) -> None:
    assert "max-age" in home_page(browser).headers["strict-transport-security"]


def test_a_renewal_of_the_timers_is_shown_without_a_restart(
    site: Site, inventory: Path, browser: ssl.SSLContext
) -> None:
    """What the timer runs; forced, for a certificate of today would not be renewed."""
    main = "systemctl show -p MainPID -p ExecMainStartTimestamp nginx"
    before, shown = site.ssh("www", main), ssl.get_server_certificate((WWW, 443))
    site.ssh("www", "certbot -q renew --force-renewal --no-random-sleep-on-renew")
    assert ssl.get_server_certificate((WWW, 443)) != shown
    assert site.ssh("www", main) == before
    assert home_page(browser).status_code == 200
    assert site.ssh("www", "systemctl is-enabled certbot.timer; systemctl is-active certbot.timer") == "enabled\nactive"
    again = roll_out(site, inventory)
    assert (again.code, again.changed) == (0, {}), again.output
