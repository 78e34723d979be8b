"""The portal with TLS: what a scanner sees of it, and a certificate renewed without a restart."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.authority import Issued, issue
from tests.lab.addresses import ADDRESS
from tests.lab.conftest import ROLLED_OUT
from tests.lab.site import Site
from wod import lab

pytestmark = pytest.mark.lab
WWW = ADDRESS["www"]
PORTAL = f"https://{WWW}"
FRONTEND = "deploys/frontend.py"
HEADERS = {
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "",
    "permissions-policy": "",
    "content-security-policy": "default-src 'none'",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture(scope="module")
def authority() -> Issued:
    return issue("The lab's authority")


@pytest.fixture(scope="module")
def encrypted(site: Site, authority: Issued, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The frontend with a certificate of our authority; the folder of certificate and key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = issue(WWW, issuer=authority).write(folder, authority)
    settings = site.private / "group_vars" / "all.yml"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(
        f"---\nWODTLS: files\nWODTLSCERT: {certificate}\nWODTLSKEY: {key}\nWODFEPROTO: https\nWODFEPORT: 443\n"
    )
    try:
        run = site.roll_out("--limit", "www", deploy=FRONTEND)
        assert run.code == 0, run.output
        yield folder
    finally:
        settings.unlink()
        lab.reset(("www",), snapshot=ROLLED_OUT)


def spoken(least: ssl.TLSVersion, most: ssl.TLSVersion) -> str | None:
    """The version that is agreed on, if one is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is what is asked here
        context.minimum_version, context.maximum_version = least, most
    try:
        with socket.create_connection((WWW, 443), 10) as plain, context.wrap_socket(plain) as secure:
            return secure.version()
    except (ssl.SSLError, ConnectionError):
        return None


@pytest.mark.parametrize(
    ("version", "agreed"),
    [
        (ssl.TLSVersion.TLSv1, None),
        (ssl.TLSVersion.TLSv1_1, None),
        (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
        (ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
    ],
)
def test_old_versions_are_not_spoken(encrypted: Path, version: ssl.TLSVersion, agreed: str | None) -> None:
    assert spoken(version, version) == agreed


@pytest.mark.parametrize("weak", ["AES128-SHA", "AES256-GCM-SHA384", "DHE-RSA-AES128-GCM-SHA256"])
def test_ciphers_without_forward_secrecy_or_of_finite_fields_are_refused(encrypted: Path, weak: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{weak}:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)), socket.create_connection((WWW, 443), 10) as plain:
        context.wrap_socket(plain)


@pytest.fixture
def browser(authority: Issued, tmp_path: Path) -> Iterator[httpx.Client]:
    """It trusts our authority and no other."""
    root = tmp_path / "root.pem"
    root.write_text(authority.pem)
    with httpx.Client(verify=ssl.create_default_context(cafile=str(root)), timeout=30) as client:
        yield client


def test_browsers_are_told_to_be_careful(encrypted: Path, browser: httpx.Client) -> None:
    page = browser.get(f"{PORTAL}/")
    assert page.status_code == 200
    for name, text in HEADERS.items():
        assert text in page.headers[name], name
    assert "nginx/" not in page.headers["server"]
    assert browser.get(f"{PORTAL}/api/workshops").headers["strict-transport-security"]


def test_plain_http_leads_to_the_encrypted_page(encrypted: Path, browser: httpx.Client) -> None:
    answer = browser.get(f"http://{WWW}/workshop/3")
    assert (answer.status_code, answer.headers["location"]) == (301, f"{PORTAL}/workshop/3")


def test_a_renewed_certificate_needs_no_restart(
    encrypted: Path, site: Site, authority: Issued, browser: httpx.Client
) -> None:
    renewed = issue(WWW, issuer=authority)
    renewed.write(encrypted, authority)
    before = site.ssh("www", "systemctl show -p MainPID -p ExecMainStartTimestamp nginx")
    run = site.roll_out("--limit", "www", deploy=FRONTEND)
    assert run.code == 0, run.output
    assert site.ssh("www", "systemctl show -p MainPID -p ExecMainStartTimestamp nginx") == before
    shown = ssl.get_server_certificate((WWW, 443))
    assert shown.split() == renewed.pem.split()
    assert browser.get(f"{PORTAL}/").status_code == 200
    assert site.roll_out("--limit", "www", deploy=FRONTEND).changed == {}


def test_a_certificate_for_another_name_is_refused_before_anything_changes(
    encrypted: Path, site: Site, authority: Issued
) -> None:
    issue("other.example.org", issuer=authority).write(encrypted, authority)
    run = site.roll_out("--limit", "www", deploy=FRONTEND)
    assert run.code != 0
    assert WWW in run.output
    assert "Traceback" not in run.output
