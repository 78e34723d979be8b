"""The frontend's roll-out, and that of a whole site, on modelled hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authority import issue
from tests.modules.conftest import REPOSITORY, FakeSite, Run
from tests.modules.model import Model
from wod import frontend
from wod.facts.files import PathState

WWW = 'Host("@fake/www", role="frontends", external="wod.example.org:443:https")'
API = 'Host("@fake/api", role="api_db", address="192.0.2.30")'
LINK, TARGET = frontend.DEFAULT_SITE
ENCRYPTED = "WODFEPORT: 443\nWODFEPROTO: https\n"


@pytest.fixture
def portal(tmp_path: Path) -> FakeSite:
    """One frontend and its API; nothing was done to them."""
    return FakeSite(tmp_path, hosts=f"{WWW}, {API}", models=["www", "api"])


def roll_out(site: FakeSite, role: str = "frontend") -> Run:
    return site.pyinfra(str(REPOSITORY / "deploys" / f"{role}.py"))


def deployed(site: FakeSite) -> Model:
    run = roll_out(site)
    assert run.code == 0, run.said
    return site.model("www")


def twice(site: FakeSite, model: Model) -> Model:
    """Everything is done by the first run, nothing is left to the second."""
    site.put("www", model)
    after = deployed(site)
    second = roll_out(site)
    count, changed, failed, unchanged = second.total
    assert (changed, failed, unchanged) == (0, 0, count), second.said
    assert site.model("www") == after
    return after


@pytest.mark.parametrize("distribution", ["debian12", "debian13", "ubuntu2404", "rocky9"])
def test_a_portal_from_nothing(portal: FakeSite, distribution: str) -> None:
    model = Model(distribution)
    model.paths[LINK] = PathState("link", detail=TARGET)
    after = twice(portal, model)
    assert "nginx" in after.packages
    assert len(after.pages[0]) == 12
    assert after.pages[1].startswith(after.pages[0])
    assert LINK not in after.paths
    assert "nginx.service" in after.started
    assert "server 192.0.2.30:8021" in after.texts[frontend.CONFIGURATION]
    assert {opening.port for opening in after.openings} == {"22", "8000"}


def test_a_site_of_ones_own_is_left_alone(portal: FakeSite) -> None:
    model = Model()
    model.paths[LINK] = PathState("file", 0o644, "root", "root", "own")
    assert LINK in twice(portal, model).paths


def encrypted(portal: FakeSite) -> Model:
    chain, key = issue("wod.example.org", issuer=issue("Test CA")).write(portal.folder)
    portal.settings(f"{ENCRYPTED}WODTLS: files\nWODTLSCERT: {chain}\nWODTLSKEY: {key}\n")
    return twice(portal, Model())


def test_a_renewed_certificate_is_a_reload_and_no_restart(portal: FakeSite) -> None:
    before = encrypted(portal)
    assert before.paths[frontend.PEM].mode == 0o600
    assert "PRIVATE KEY" in before.texts[frontend.PEM]
    assert "PRIVATE KEY" not in "".join(before.log)
    assert {opening.port for opening in before.openings} == {"22", "80", "443"}
    after = encrypted_again(portal)
    assert after.started == before.started
    assert after.reloaded > before.reloaded


def encrypted_again(portal: FakeSite) -> Model:
    issue("wod.example.org", issuer=issue("Test CA")).write(portal.folder)
    return deployed(portal)


def test_a_killed_reload_is_made_good(portal: FakeSite) -> None:
    model = encrypted(portal)
    model.clock += 5
    model.changed[frontend.PEM] = model.clock
    portal.put("www", model)
    assert deployed(portal).reloaded > model.clock


def test_a_certificate_of_another_name_changes_nothing(portal: FakeSite) -> None:
    chain, key = issue("other.example.org", issuer=issue("Test CA")).write(portal.folder)
    portal.settings(f"{ENCRYPTED}WODTLS: files\nWODTLSCERT: {chain}\nWODTLSKEY: {key}\n")
    run = roll_out(portal)
    assert run.code != 0
    assert "is not for wod.example.org, as others call it; it is for other.example.org" in run.said
    assert "Traceback" not in run.said
    assert "nginx" not in portal.model("www").packages


def test_a_certificate_of_an_authority(portal: FakeSite) -> None:
    portal.settings(f"{ENCRYPTED}WODTLS: acme\nWODACMEMAIL: admin@example.org\n")
    model = twice(portal, Model())
    done = "\n".join(model.log)
    assert done.index("make_certificate") < done.index("act nginx.service start") < done.index("get_certificate")
    assert "certbot.timer" in model.started
    assert "acme-challenge" in model.texts[frontend.CONFIGURATION]


def test_a_port_that_somebody_else_has_is_left_to_him(portal: FakeSite) -> None:
    chain, key = issue("wod.example.org", issuer=issue("Test CA")).write(portal.folder)
    portal.settings(f"{ENCRYPTED}WODTLS: files\nWODTLSCERT: {chain}\nWODTLSKEY: {key}\n")
    after = twice(portal, Model(port80='users:(("other",pid=7))'))
    assert "return 301" not in after.texts[frontend.CONFIGURATION]


def test_changed_pages_are_put_right(portal: FakeSite) -> None:
    model = twice(portal, Model())
    right, model.pages = model.pages, (model.pages[0], "0" * 64)
    portal.put("www", model)
    after = deployed(portal)
    assert after.pages == right
    assert after.reloaded == model.reloaded


def test_all_roles_in_one_run(tmp_path: Path) -> None:
    hosts = f'Host("@fake/be1", number=1), Host("@fake/be2", number=2), Host("@fake/api", role="api_db"), {WWW}'
    site = FakeSite(tmp_path, hosts=hosts, models=["be1", "be2", "api", "www"])
    first = roll_out(site, "site")
    assert first.code == 0, first.said
    second = roll_out(site, "site")
    assert second.code == 0, second.said
    count, changed, failed, unchanged = second.total
    assert (changed, failed, unchanged) == (0, 0, count), second.said
    assert "wod-api.service" in site.model("api").started
    assert "jupyterhub.service" in site.model("be2").started
    assert "nginx.service" in site.model("www").started
