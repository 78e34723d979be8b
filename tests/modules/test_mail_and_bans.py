"""The modules postfix and fail2ban on modelled hosts, each alone."""

from __future__ import annotations

import pytest

from tests.modules.conftest import FakeSite, Run
from tests.modules.model import Model
from wod import fail2ban, postfix

SITE = 'Host("@fake/be1", number=1, address="192.0.2.11"), Host("@fake/api", role="api_db", address="192.0.2.30")'
UNITS = {"debian12": "postfix@-.service", "debian13": "postfix.service", "rocky9": "postfix.service"}


def apply(site: FakeSite, module: str) -> Run:
    return site.pyinfra(f"deploys.modules.{module}.apply")


def twice(site: FakeSite, module: str, distribution: str) -> Model:
    """Apply a module twice: everything is done by the first run, nothing is left to the second."""
    site.hosts = SITE
    fresh = Model(distribution)
    site.put("be1", fresh)
    first = apply(site, module)
    assert first.code == 0, first.said
    model = site.model("be1")
    count, changed, failed, unchanged = apply(site, module).total
    assert (changed, failed, unchanged) == (0, 0, count)
    assert site.model("be1") == model
    return model


@pytest.mark.parametrize("distribution", UNITS)
def test_the_mail_server_is_configured_and_run(site: FakeSite, distribution: str) -> None:
    model = twice(site, "postfix", distribution)
    assert model.packages >= {"postfix", "procmail"}
    assert "mynetworks = 192.0.2.30\n" in model.texts[postfix.MAIN]
    assert UNITS[distribution] in model.started


def test_another_port_restarts_the_mail_server(site: FakeSite) -> None:
    twice(site, "postfix", "debian12")
    site.settings("POSTPORT: 10026\n")
    assert apply(site, "postfix").code == 0
    log = site.model("be1").log
    assert log[-1] == "act postfix@-.service restart postfix check"
    assert "10026 inet n - y - - smtpd" in site.model("be1").texts[postfix.MASTER]


def test_an_api_host_without_an_address_is_asked_for(site: FakeSite) -> None:
    """The site's own inventory names it only: the host knows the address, or says that it does not."""
    assert apply(site, "postfix").code == 0
    assert "mynetworks = 192.0.2.30\n" in site.model("be1").texts[postfix.MAIN]
    site.put("be1", Model(addresses={}))
    run = apply(site, "postfix")
    assert run.code == 1
    assert "this host does not know the address of api; give it in the inventory" in run.said
    assert "Traceback" not in run.said
    assert site.model("be1").packages == set()


@pytest.mark.parametrize("distribution", UNITS)
def test_guessers_are_banned(site: FakeSite, distribution: str) -> None:
    model = twice(site, "fail2ban", distribution)
    assert "fail2ban.service" in model.started
    assert ("epel-release" in model.packages) == (distribution == "rocky9")
    assert "ignoreip = 127.0.0.0/8 ::1 192.0.2.11 192.0.2.30\n" in model.texts[fail2ban.JAILS]


def test_the_opnsense_key_is_in_one_file_only(site: FakeSite) -> None:
    site.settings('OPNSENSEIP: 192.0.2.1\nOPNSENSEKEY: "hunter2hunter2"\nOPNSENSESEC: "hunter3hunter3"\n')
    model = twice(site, "fail2ban", "debian12")
    holding = [path for path, text in model.texts.items() if "hunter" in text]
    assert holding == [fail2ban.OPNSENSE_LOGIN]
    assert model.paths[fail2ban.OPNSENSE_LOGIN].mode == 0o600
    assert "hunter" not in "".join(model.log)
    assert fail2ban.OPNSENSE_ACTION in "".join(model.log)


def test_half_an_opnsense_is_refused(site: FakeSite) -> None:
    site.settings("OPNSENSEIP: 192.0.2.1\n")
    run = apply(site, "fail2ban")
    assert run.code == 1
    assert "OPNSENSEIP is set without OPNSENSEKEY and OPNSENSESEC; set all three, or none of them" in run.said
    assert "Traceback" not in run.said


@pytest.mark.parametrize("module", ["postfix", "fail2ban"])
def test_an_unknown_distribution_is_refused_by_name(site: FakeSite, module: str) -> None:
    site.put("be1", Model("opensuse15"))
    run = apply(site, module)
    assert run.code == 1
    assert "opensuse-leap 15.6 is not a system that wod supports" in run.said
