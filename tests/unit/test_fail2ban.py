"""What the fail2ban module decides, its filters, and the files it writes."""

from __future__ import annotations

import base64
import configparser
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploys.modules.fail2ban import STAGED_CHECK
from wod import fail2ban, templates
from wod.facts.platform import Platform
from wod.inventory import Host
from wod.settings import Settings, load
from wod.site import SiteHost

REPOSITORY = Path(__file__).resolve().parents[2]
ADDR = r"(?:::ffff:)?(?P<ip>\d+\.\d+\.\d+\.\d+|[0-9a-fA-F:]+)"
"""What fail2ban puts in the place of <ADDR>, near enough."""


def settings(tmp_path: Path, **values: object) -> Settings:
    return load(REPOSITORY, "test", private=tmp_path, host=values)


def hub_filter() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=True)
    parser.read_string(templates.text("fail2ban/jupyterhub.conf"))
    return parser["Definition"]


def banned_by(line: str) -> str | None:
    """The address that the filter blames a line of the journal on, as fail2ban reads it (host program[pid]: text)."""
    prefix = hub_filter()["prefregex"].replace("<F-CONTENT>", "(?P<content>").replace("</F-CONTENT>", ")")
    inside = re.search(prefix, line)
    found = inside and re.search(hub_filter()["failregex"].replace("<ADDR>", ADDR), inside["content"])
    return found["ip"] if found else None


def said(text: str, program: str = "jupyterhub", source: str = "auth:1478") -> str:
    return f"be1 {program}[92]: [W 2026-11-23 22:35:52.701 JupyterHub {source}] {text}"


@pytest.mark.parametrize(
    ("name", "client", "ip"),
    [
        ("'student1'", "::ffff:192.0.2.7", "192.0.2.7"),
        ("'student1'", "192.0.2.7", "192.0.2.7"),
        ("'student1'", "2001:db8::7", "2001:db8::7"),
        ("''", "192.0.2.7", "192.0.2.7"),
        (r"'a\n[W 2026-01-01 ...(88 chars)'", "192.0.2.7", "192.0.2.7"),
        (repr("x'@192.0.2.99): [PAM Error 7] A"), "192.0.2.7", "192.0.2.7"),
        (repr("x'@192.0.2.99): [PAM Error 7] \""), "192.0.2.7", "192.0.2.7"),
    ],
)
def test_a_failed_log_in_is_blamed_on_its_client(name: str, client: str, ip: str) -> None:
    """The name is the guesser's own text: it can hold what looks like the rest of such a line."""
    assert banned_by(said(f"PAM Authentication failed ({name}@{client}): [PAM Error 7] Authentication failure")) == ip


@pytest.mark.parametrize(
    "line",
    [
        said("Failed login for 'student1'", source="base:1041"),
        said("403 POST /hub/login?next=(@192.0.2.1) (@::ffff:192.0.2.7) 3.31ms", source="log:192"),
        said("PAM Authentication failed ('x'@192.0.2.7): [PAM Error 7] Authentication failure", program="logger"),
        "be1 jupyterhub[92]:     [W 2026-11-23 22:35:52.701 JupyterHub auth:1478] PAM Authentication failed "
        "('x'@192.0.2.7): [PAM Error 7] Authentication failure",
        said("PAM Authentication failed ('x'@192.0.2.7): [PAM Error 7] Authentication failure and more (@192.0.2.8)"),
        "be1 jupyterhub[92]: [I 2026-11-23 22:35:52.701 JupyterHub base:1033] User logged in: student1",
    ],
)
def test_other_lines_ban_nobody(line: str) -> None:
    assert banned_by(line) is None


def test_only_what_the_services_themselves_say_counts() -> None:
    """_SYSTEMD_UNIT is journald's own word; a program's name is anybody's choice."""
    assert hub_filter()["journalmatch"] == "_SYSTEMD_UNIT=jupyterhub.service"
    assert "_COMM" not in templates.text("fail2ban/sshd.conf")


def test_the_sites_own_hosts_are_never_banned(tmp_path: Path) -> None:
    given = settings(tmp_path, WODFAIL2BANIGNORE=["198.51.100.0/24", "192.0.2.11"])
    site = [
        Host("be1", number=1, address="192.0.2.11"),
        Host("be2", number=2, address="2001:db8::12"),
        Host("www.example.org", role="frontends", internal="www.int.example.org:80"),
    ]
    assert fail2ban.never_banned(given, [SiteHost(host, given) for host in site]) == [
        "127.0.0.0/8",
        "::1",
        "192.0.2.11",
        "198.51.100.0/24",
        "2001:db8::12",
        "www.int.example.org",
    ]


@pytest.mark.parametrize(("given", "ports"), [(None, ["22"]), (22, ["22"]), ("2222", ["22", "2222"])])
def test_ports_of_ssh(given: object, ports: list[str]) -> None:
    assert fail2ban.ssh_ports(given) == ports


@pytest.mark.parametrize(
    ("platform", "first"),
    [
        (Platform("debian", "12", "debian"), ["fail2ban", "nftables", "python3-systemd"]),
        (Platform("rocky", "9.4", "rhel"), ["epel-release"]),
        (Platform("rhel", "9.4", "rhel"), ["fail2ban-server", "nftables", "python3-systemd"]),
    ],
)
def test_packages(platform: Platform, first: list[str]) -> None:
    assert fail2ban.packages_of(platform)[0] == first


def jails(**values: object) -> configparser.RawConfigParser:
    given = {"retry": 3, "find": "1h", "time": "2h", "ignored": ["::1", "192.0.2.11"], "ssh_ports": ["22", "2222"]}
    parser = configparser.RawConfigParser(strict=True)
    parser.read_string(
        templates.render("fail2ban/jails.j2", **{**given, "hub_port": 8010, "opnsense": False, **values})
    )
    return parser


@pytest.mark.parametrize(("jail", "ports"), [("wod-sshd", "22,2222"), ("wod-jupyterhub", "8010")])
@pytest.mark.parametrize("opnsense", [True, False])
def test_both_jails_do_as_the_settings_say(jail: str, ports: str, opnsense: bool) -> None:
    section = jails(opnsense=opnsense)[jail]
    assert (section["maxretry"], section["findtime"], section["bantime"]) == ("3", "1h", "2h")
    assert section["ignoreip"] == "::1 192.0.2.11"
    assert f'port="{ports}"' in section["action"]
    assert section["action"].splitlines()[1:] == (["wod-opnsense"] if opnsense else [])


def test_the_distributions_jail_gives_way() -> None:
    assert jails()["sshd"]["enabled"] == "false"


FULL = {"OPNSENSEIP": "192.0.2.1", "OPNSENSEKEY": "key", "OPNSENSESEC": 'se"c\\ret'}


def test_an_opnsense_is_told_with_all_of_its_settings_or_not_at_all(tmp_path: Path) -> None:
    assert fail2ban.opnsense_problem(settings(tmp_path)) == ""
    assert fail2ban.opnsense_problem(settings(tmp_path, **FULL)) == ""
    problem = fail2ban.opnsense_problem(settings(tmp_path, OPNSENSEKEY="key", OPNSENSESEC="secret"))
    assert problem == "OPNSENSEKEY and OPNSENSESEC are set without OPNSENSEIP; set all three, or none of them"


@pytest.mark.parametrize(
    ("values", "start"),
    [
        ({}, "https://192.0.2.1:443/"),
        ({"OPNSENSEPORT": 8443}, "https://192.0.2.1:8443/"),
        ({"OPNSENSEIP": "2001:db8::1"}, "https://[2001:db8::1]:443/"),
    ],
)
def test_where_the_opnsense_is_reached(tmp_path: Path, values: dict[str, object], start: str) -> None:
    assert fail2ban.opnsense_url(settings(tmp_path, **{**FULL, **values})).startswith(start)


class Firewall(BaseHTTPRequestHandler):
    """Notes what it is asked."""

    asked: list[tuple[str, str, str, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind, login = self.headers["Content-Type"], self.headers["Authorization"]
        self.asked.append((self.path, kind, login, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize(("action", "verb"), [("actionban", "add"), ("actionunban", "delete")])
def test_a_ban_is_told_with_the_key_from_a_file(tmp_path: Path, action: str, verb: str) -> None:
    login = tmp_path / "login"
    login.write_text(fail2ban.opnsense_login(settings(tmp_path, **FULL)).reveal())
    server = HTTPServer(("127.0.0.1", 0), Firewall)
    url = f"http://127.0.0.1:{server.server_port}/api"
    text = templates.render("fail2ban/opnsense.conf.j2", login=login, url=url, alias="wod_banned")
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    command = parser["Definition"][action].replace("<tell>", parser["Definition"]["tell"]).replace("<ip>", "192.0.2.7")
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=120)
    thread.join()
    server.server_close()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    basic = "Basic " + base64.b64encode(b'key:se"c\\ret').decode()
    assert Firewall.asked.pop() == (f"/api/{verb}/wod_banned", "application/json", basic, b'{"address":"192.0.2.7"}')
    assert "ret" not in command


def test_the_check_before_the_jails_are_replaced_is_a_script_for_sh() -> None:
    assert subprocess.run(["sh", "-n"], input=STAGED_CHECK.replace("%s", '"$1"'), text=True).returncode == 0
    assert "\n" not in STAGED_CHECK
