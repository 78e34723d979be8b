"""What the postfix module decides, and the files it writes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from deploys.modules.postfix import STAGED_CHECK
from tests.commands import run
from wod import postfix, templates
from wod.facts.addresses import Addresses, parse
from wod.facts.firewall import Opening
from wod.facts.platform import Platform
from wod.inventory import Host
from wod.postfix import Senders
from wod.settings import Settings, load
from wod.site import SiteHost

REPOSITORY = Path(__file__).resolve().parents[2]
DEBIAN, RHEL = Platform("debian", "12", "debian"), Platform("rocky", "9.4", "rhel")


def settings(tmp_path: Path, **values: object) -> Settings:
    return load(REPOSITORY, "test", private=tmp_path, host=values)


def hosts(given: Settings, *declared: Host) -> list[SiteHost]:
    return [SiteHost(host, given) for host in declared]


def api(name: str, **values: str) -> Host:
    return Host(name, role="api_db", **values)  # type: ignore[arg-type]


def main_cf(given: Settings, platform: Platform = DEBIAN, addresses: tuple[str, ...] = ()) -> dict[str, str]:
    """main.cf as parameters."""
    text = templates.render("postfix/main.cf.j2", **postfix.main_values(given, platform, addresses))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pairs = [line.partition(" =") for line in lines]
    assert all(equals for _, equals, _ in pairs), lines
    values = {name: value.strip() for name, _, value in pairs}
    assert len(values) == len(pairs), "a parameter is there twice"
    return values


def test_the_senders_are_the_sites_api_hosts(tmp_path: Path) -> None:
    site = hosts(
        settings(tmp_path),
        api("api1.example.org", address="192.0.2.31"),
        api("api2.example.org", internal="two.int.example.org:8021"),
        api("192.0.2.30"),
        api("@fake/api3", address="jump.example.org"),
        Host("be1", number=1, address="192.0.2.11"),
    )
    assert Senders.of(site) == Senders(("192.0.2.30", "192.0.2.31"), ("api3", "two.int.example.org"))


def test_who_may_speak_to_it(tmp_path: Path) -> None:
    given = settings(tmp_path, WODMAILCLIENTS=["2001:db8::/32", "198.51.100.0/24"], WODUNSIGNEDFROM=["192.0.2.30"])
    assert postfix.networks(given, ["192.0.2.30", "192.0.2.4"]) == [
        "192.0.2.4",
        "192.0.2.30",
        "198.51.100.0/24",
        "2001:db8::/32",
    ]
    assert main_cf(given)["mynetworks"] == "192.0.2.30, 198.51.100.0/24, [2001:db8::]/32"


def test_by_default_nobody_but_the_api_may_relay(tmp_path: Path) -> None:
    values = main_cf(settings(tmp_path))
    assert values["mynetworks"] == ""
    assert values["smtpd_client_restrictions"].endswith(", reject")
    assert values["smtpd_relay_restrictions"] == "permit_mynetworks, reject_unauth_destination"
    assert values["authorized_submit_users"] == "root, wodadmin, wod-engine"


def test_the_firewall_lets_in_those_only(tmp_path: Path) -> None:
    given = settings(tmp_path, POSTPORT=10026, WODMAILCLIENTS=["198.51.100.0/24"])
    known = api("api.example.org", address="192.0.2.30")
    openings = postfix.mail_openings(given, hosts(given, known))
    assert openings == [Opening("10026", source="192.0.2.30"), Opening("10026", source="198.51.100.0/24")]
    assert postfix.mail_openings(given, hosts(given, known, api("api2.example.org"))) == [Opening("10026")]
    assert postfix.mail_openings(settings(tmp_path), []) == []


@pytest.mark.parametrize(
    ("host", "written"),
    [
        (None, ""),
        ("mx.example.org", "[mx.example.org]"),
        ("192.0.2.5", "[192.0.2.5]"),
        ("2001:db8::5", "[ipv6:2001:db8::5]"),
    ],
)
def test_the_relay_is_asked_itself(tmp_path: Path, host: str | None, written: str) -> None:
    assert main_cf(settings(tmp_path, WODRELAYHOST=host))["relayhost"] == written


def test_mail_to_any_of_its_names_is_its_own(tmp_path: Path) -> None:
    values = main_cf(settings(tmp_path, WODBEFQDN="be1.int.example.org", WODBEEXTFQDN="be1.example.org"))
    assert values["myhostname"] == "be1.int.example.org"
    assert values["mydestination"] == ("be1.int.example.org, be1.example.org, be1, localhost, localhost.localdomain")
    assert "proxy_interfaces" not in values


def test_mail_to_a_bare_address_is_its_own(tmp_path: Path) -> None:
    """The location is the backend's external name, which may be an address; that may be another one than its own."""
    values = main_cf(settings(tmp_path, WODBEFQDN="192.0.2.11", WODBEEXTFQDN="198.51.100.11", WODBEIP="2001:db8::11"))
    assert values["myhostname"] == "localhost"
    assert values["resolve_numeric_domain"] == "yes"
    assert values["proxy_interfaces"] == "192.0.2.11, 198.51.100.11, [2001:db8::11]"


def test_orders_go_to_the_engine_whatever_etc_aliases_says(tmp_path: Path) -> None:
    values = main_cf(settings(tmp_path, WODUSER="wod"))
    first, *_, last = values["alias_maps"].split(", ", 2)
    assert first == "inline:{ {wod = wod-engine} }"
    assert last.startswith("inline:{ {root = wod}")
    command = values["mailbox_command_maps"]
    assert (
        '-t -m CLIENT="$$CLIENT_ADDRESS" /etc/wod/procmailrc' in command
    )  # $$: main.cf(5) would expand $CLIENT_ADDRESS


def test_an_order_is_tried_for_as_long_as_its_signature_is_good(tmp_path: Path) -> None:
    values = main_cf(settings(tmp_path, WODMAILWINDOW=12))
    assert (values["maximal_queue_lifetime"], values["bounce_queue_lifetime"]) == ("12h", "12h")
    assert values["minimal_backoff_time"] == values["queue_run_delay"] == "60s"


@pytest.mark.parametrize(("platform", "level"), [(DEBIAN, "3.6"), (RHEL, "2"), (Platform("alma", "10", "rhel"), "3.6")])
def test_postfix_of_rhel_9_knows_no_levels_with_a_dot(tmp_path: Path, platform: Platform, level: str) -> None:
    assert main_cf(settings(tmp_path), platform)["compatibility_level"] == level


@pytest.mark.parametrize(
    ("platform", "last"),
    [
        (DEBIAN, "postfix@-.service"),
        (Platform("debian", "13", "debian"), "postfix.service"),
        (Platform("ubuntu", "24.04", "debian"), "postfix@-.service"),
        (RHEL, "postfix.service"),
    ],
)
def test_the_unit_that_is_the_server(platform: Platform, last: str) -> None:
    units = postfix.units(platform)
    assert units[0] == "postfix.service"
    assert units[-1] == last


def test_it_listens_on_its_port_only() -> None:
    text = templates.render("postfix/master.cf.j2", port=10026, jail="n")
    services = [line.split() for line in text.splitlines() if line and line[0] not in "# "]
    assert [line[0] for line in services if line[1] == "inet"] == ["10026"]
    assert {len(line) for line in services} == {8}


def rules() -> str:
    return templates.render(
        "postfix/procmailrc.j2", admin="wodadmin", engine="wod-engine", receiver="/r", mbox=postfix.MAILBOX
    )


@pytest.mark.parametrize(
    ("header", "order"),
    [
        ("Subject: CREATE 3 5 someone@example.org", True),
        ("subject:PURGE 1 2", True),
        ("Subject: RESET [object Promise] 7", True),
        ("Subject: CLEANUP", True),
        ("Subject: Reset your password", False),
        ("Subject: CREATED 3", False),
        ("Subject: Re: CREATE 3 5", False),
        ("X-Subject: CREATE 3 5", False),
    ],
)
def test_what_is_taken_for_an_order(header: str, order: bool) -> None:
    condition = next(line for line in rules().splitlines() if line.startswith("* ^"))
    assert bool(re.search(condition.removeprefix("* "), header)) == order


def test_no_mail_reaches_a_shell() -> None:
    assert 'SHELLMETAS=""\n' in rules()
    assert [line.strip() for line in rules().splitlines() if "|" in line and line.strip().startswith("|")] == [
        '| /r receive --client "$CLIENT"'
    ]


def test_the_check_before_a_file_is_replaced_is_a_script_for_sh() -> None:
    assert subprocess.run(["sh", "-n"], input=STAGED_CHECK.replace("%s", '"$1"'), text=True).returncode == 0
    assert "\n" not in STAGED_CHECK


def test_addresses_that_are_of_use_to_others() -> None:
    lines = ["api 192.0.2.30", "api 2001:db8::30", "api fe80::1", "two 127.0.1.1", "two 192.0.2.31"]
    assert parse(lines) == {"api": ["192.0.2.30", "2001:db8::30"], "two": ["192.0.2.31"]}


def test_names_are_looked_up_on_the_host() -> None:
    fact = Addresses()
    output = run(fact.command(["localhost"])).stdout.splitlines()
    assert fact.process(output) == {}
    assert any(line.startswith("localhost ") for line in output)
    assert fact.process(output[:-1]) is None
