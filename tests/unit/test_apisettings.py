"""What the API is told: complete, from the settings of its host, written and read back the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploys.modules.apidb import told
from wod import apisettings, templates
from wod.api import config
from wod.settings import Settings, load

REPOSITORY = Path(__file__).resolve().parents[2]


def settings(tmp_path: Path, **values: object) -> Settings:
    return load(REPOSITORY, "test", private=tmp_path, host=values)


def test_it_is_written_and_read_back(tmp_path: Path) -> None:
    given = settings(tmp_path, WODSENDER="wod@example.org", WODTICK=5, WODEXTENSIONS=1, BRANDINGWOD="Example")
    made = apisettings.api_of(given)
    (tmp_path / "api.json").write_text(config.dump(made))
    assert config.load(tmp_path / "api.json") == made
    assert (made.timing.tick, made.extensions, made.branding) == (5, 1, "Example")
    assert (made.mail_user, made.mail_port) == ("wodadmin", 10025)
    assert len(made.token_key) == len(made.mail_key) == 64
    assert made.token_key != made.mail_key


def test_keys_of_before_are_told_with_their_moments(tmp_path: Path) -> None:
    kept = f"{'0a' * 32} until 2026-11-30T12:00:00Z"
    given = {"WODMAILKEYBEFORE": kept, "WODAPITOKENKEYBEFORE": kept}
    made = apisettings.api_of(settings(tmp_path, **given))
    assert (made.mail_key_before, made.mail_key_until) == ("0a" * 32, 1796040000.0)
    assert (made.token_key_before, made.token_key_until) == ("0a" * 32, 1796040000.0)


def test_the_defaults_are_the_originals(tmp_path: Path) -> None:
    made = apisettings.api_of(settings(tmp_path))
    assert (made.token_life, made.timing, made.extensions) == (180, config.Timing(), 0)
    assert made.denied == ("@1secmail.com", "@1secmail.org")


def test_both_sides_know_the_same_key(tmp_path: Path) -> None:
    from wod.enginesettings import receiver_of

    given = settings(tmp_path)
    assert apisettings.api_of(given).mail_key == receiver_of(given).key


@pytest.mark.parametrize(
    ("values", "mail"),
    [
        ({"WODBEFQDN": "be1.example.org", "POSTPORT": 10030}, ("be1.example.org", 10030, False, "", "")),
        (
            {
                "WODSMTPHOST": "smtp.example.org",
                "WODSMTPPORT": 587,
                "WODSMTPTLS": True,
                "WODSMTPUSER": "wod",
                "WODSMTPPWD": "hush",
            },
            ("smtp.example.org", 587, True, "wod", "hush"),
        ),
        ({"WODSMTPHOST": "smtp.example.org"}, ("smtp.example.org", 25, False, "", "")),
    ],
)
def test_how_participants_are_written_to(tmp_path: Path, values: dict[str, object], mail: tuple[object, ...]) -> None:
    made = apisettings.mail_of(settings(tmp_path, **values))
    assert (made.host, made.port, made.starttls, made.user, made.password) == mail


def test_sendgrid_when_there_is_a_key(tmp_path: Path) -> None:
    made = apisettings.mail_of(settings(tmp_path, WODSENDGRIDAPIKEY="a-key"))
    assert (made.sendgrid_key, made.sender) == ("a-key", "wodadmin@localhost")


@pytest.mark.parametrize(
    ("proto", "port", "url"),
    [
        ("https", 443, "https://wod.example.org"),
        ("http", 80, "http://wod.example.org"),
        ("https", 8443, "https://wod.example.org:8443"),
    ],
)
def test_browsers_may_come_from_the_portal(tmp_path: Path, proto: str, port: int, url: str) -> None:
    """An Origin never names the protocol's own port."""
    given = {"WODFEEXTFQDN": "wod.example.org", "WODFEEXTPROTO": proto, "WODFEEXTPORT": port}
    made = apisettings.api_of(settings(tmp_path, **given))
    assert (made.origins, made.frontend) == ((url,), url)


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8021/healthz"),
        ("::", "http://[::1]:8021/healthz"),
        ("192.0.2.30", "http://192.0.2.30:8021/healthz"),
    ],
)
def test_where_the_host_asks_whether_the_api_works(tmp_path: Path, listen: str, url: str) -> None:
    assert apisettings.health_url(settings(tmp_path, WODAPILISTEN=listen)) == url


def test_whose_word_on_a_clients_address_is_taken() -> None:
    assert apisettings.trusted(["192.0.2.41", "192.0.2.40"]) == "127.0.0.1,::1,192.0.2.40,192.0.2.41"


def test_the_watchdog_is_more_patient_than_two_turns(tmp_path: Path) -> None:
    assert apisettings.watchdog(settings(tmp_path)) == 180
    assert apisettings.watchdog(settings(tmp_path, WODTICK=100)) == 400


@pytest.mark.parametrize(("port", "capabilities"), [(8021, ""), (443, "CAP_NET_BIND_SERVICE")])
def test_the_unit_may_do_no_more_than_it_must(port: int, capabilities: str) -> None:
    values = {"account": "wod-api", "link": "/opt/wod-api", "listen": "0.0.0.0", "workers": 2, "trusted": "127.0.0.1"}
    lines = templates.render("apidb/wod-api.service.j2", port=port, pem="", **values).splitlines()
    assert f"CapabilityBoundingSet={capabilities}" in lines
    assert (f"AmbientCapabilities={capabilities}" in lines) == bool(capabilities)
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "User=wod-api"} <= set(lines)


def test_the_file_prints_as_its_name(tmp_path: Path) -> None:
    assert str(told(settings(tmp_path))) == "<secret api.json>"
