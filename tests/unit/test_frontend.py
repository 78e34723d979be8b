"""What the frontend is told: by the settings, by the inventory, by the content."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from wod import frontend, portalsettings, repos, templates
from wod.facts.platform import Platform
from wod.facts.webserver import Serving, parse_root, parse_serving
from wod.inventory import Host
from wod.settings import Settings
from wod.site import Site
from wod.system import ports_of

ROOT = Path(__file__).parents[2]
OLD, NEW = Platform("debian", "12", "debian"), Platform("debian", "13", "debian")
API = Host("api.example.org", "api_db", address="192.0.2.30")


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "private").mkdir()
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path / "private"))
    monkeypatch.setenv("WOD_CACHE", str(tmp_path / "cache"))
    repos.forget()
    return tmp_path / "private"


def site(external: str = "", internal: str = "", api: Host = API, **own: object) -> Site:
    www = Host("www.example.org", "frontends", internal=internal, external=external, settings=own)
    return Site("test", ROOT, (api, www)).resolved({})


def settings(external: str = "", internal: str = "", **own: object) -> Settings:
    return site(external, internal, **own).host("www.example.org").settings


def configuration(platform: Platform = OLD, port80: bool = True, **own: object) -> str:
    whole = site(**own)  # type: ignore[arg-type]
    told = frontend.values(whole.host("www.example.org").settings, whole.hosts, platform, port80)
    return templates.render("frontend/wod.conf.j2", **told)


ENCRYPTED = {
    "internal": "www.example.org:443:https",
    "external": "wod.example.org:443:https",
    "WODTLS": "files",
    "WODTLSCERT": "/x.pem",
    "WODTLSKEY": "/x.key",
}


def test_its_own_address_is_the_external_one() -> None:
    assert frontend.url(settings()) == "http://www.example.org:8000"
    assert frontend.url(settings("wod.example.org:443:https")) == "https://wod.example.org"
    assert frontend.names(settings("wod.example.org:443:https")) == ["wod.example.org", "www.example.org"]


def test_the_api_is_asked_by_its_address_where_that_is_known() -> None:
    whole = site()
    assert frontend.upstream(whole.host("www.example.org").settings, whole.hosts).server == "192.0.2.30:8021"
    named = site(api=Host("api.example.org", "api_db", internal="api.example.org:8443:https"))
    found = frontend.upstream(named.host("www.example.org").settings, named.hosts)
    assert (found.server, found.proto, found.verified) == ("api.example.org:8443", "https", True)
    six = site(api=Host("api.example.org", "api_db", address="2001:db8::30"))
    assert frontend.upstream(six.host("www.example.org").settings, six.hosts).server == "[2001:db8::30]:8021"


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"internal": "www.example.org:443:https"}, "WODFEPROTO is https while WODTLS is off"),
        ({**ENCRYPTED, "internal": ""}, "set WODFEPROTO to https and WODFEPORT to 443"),
        ({**ENCRYPTED, "internal": "www.example.org:80:https"}, "WODFEPORT is 80"),
        ({**ENCRYPTED, "WODTLSKEY": None}, "name the certificate in WODTLSCERT and its key in WODTLSKEY"),
        ({**ENCRYPTED, "WODTLS": "acme"}, "name in WODACMEMAIL"),
    ],
)
def test_contradictions_are_sentences(own: dict[str, object], words: str) -> None:
    assert frontend.problems(settings()) == frontend.problems(settings(**ENCRYPTED)) == []  # type: ignore[arg-type]
    (problem,) = frontend.problems(settings(**own))  # type: ignore[arg-type]
    assert words in problem


def test_pages_may_run_and_fetch_only_what_is_ours() -> None:
    told = frontend.headers(settings(WODPICTURES=["https://cdn.example.org"]))
    rules = dict(rule.split(" ", 1) for rule in told["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["img-src"] == "'self' https://cdn.example.org"
    assert "Strict-Transport-Security" not in told
    assert frontend.headers(settings("wod.example.org:443:https"))["Strict-Transport-Security"] == "max-age=31536000"


def test_the_originals_portal_may_call_the_api_where_its_settings_say() -> None:
    policy = frontend.policy(settings(WODFEREPO="/srv/portal", WODAPIDBEXTURL="https://api.example.org:8443/api"))
    assert "connect-src 'self' https://api.example.org:8443;" in policy


def test_encryption_in_the_configuration() -> None:
    plain, encrypted = configuration(), configuration(**ENCRYPTED)
    assert "ssl" not in plain.replace("proxy_ssl", "")
    assert "return 301" not in plain
    assert "listen 443 default_server ssl http2;" in encrypted
    assert "return 301 https://wod.example.org$request_uri;" in encrypted
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in encrypted
    assert "return 301" not in configuration(port80=False, **ENCRYPTED)
    newer = configuration(NEW, **ENCRYPTED)
    assert "http2 on;" in newer
    assert "ssl http2" not in newer
    asked = configuration(**{**ENCRYPTED, "WODTLS": "acme", "WODACMEMAIL": "admin@example.org"})
    assert "acme-challenge" in asked
    assert "acme-challenge" not in encrypted


def test_only_named_proxies_say_who_a_reader_is() -> None:
    assert "real_ip" not in configuration()
    assert "set_real_ip_from 192.0.2.0/24;" in configuration(WODPROXIES="192.0.2.0/24")


def test_the_firewall_lets_in_the_redirect() -> None:
    assert ports_of("frontends", settings()) == ["8000"]
    assert ports_of("frontends", settings(**ENCRYPTED)) == ["443", "80"]  # type: ignore[arg-type]
    assert ports_of("backends", settings()) == ["8000"]


def test_the_pages_are_made_of_the_settings(private: Path) -> None:
    own = settings("wod.example.org:443:https", BRANDINGWOD="Acme Workshops", WODACCENT="#123456")
    made = portalsettings.values(own, ROOT)
    assert (made.url, made.programme, made.accent) == ("https://wod.example.org", "Acme Workshops", "#123456")
    assert made.overlay is None
    (private / "portal").mkdir()
    assert portalsettings.overlay(own, ROOT) == private / "portal"
    assert portalsettings.overlay(settings(WODPORTALDIR="/srv/portal"), ROOT) == Path("/srv/portal")
    pages = portalsettings.pages(own, ROOT)
    assert b"Acme Workshops" in pages["index.html"]
    assert gzip.decompress(pages["index.html.gz"]) == pages["index.html"]
    assert portalsettings.digest(pages) == portalsettings.digest(dict(portalsettings.pages(own, ROOT)))


def test_the_digest_is_what_the_hosts_own_tools_say(tmp_path: Path) -> None:
    files = {"b/c.html": b"1", "a.txt": b"2", "a/Z": b"", "ä.svg": b"3", "a-b": b"4"}
    with tarfile.open(fileobj=io.BytesIO(portalsettings.archive(files))) as tar:
        tar.extractall(tmp_path, filter="data")
    script = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum"
    said = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == portalsettings.digest(files)


def test_a_files_time_follows_from_its_content() -> None:
    assert portalsettings.time_of(b"1") != portalsettings.time_of(b"2")
    assert portalsettings.archive({"a": b"1"})[10:] == portalsettings.archive({"a": b"1"})[10:]


def test_what_the_host_says() -> None:
    state = parse_serving(["since=100", "code=200", "changed=7", "changed=101"])
    assert state == Serving(100, "200", 101)
    assert state.is_stale
    assert not Serving(100, "200", 100).is_stale
    assert parse_serving(["since=", "code=000", "changed=0"]) == Serving(0, "000", 0)
    assert parse_root(["target="]) == ("", "")
    digest = hashlib.sha256(b"").hexdigest()
    assert parse_root(["target=abc", f"sum={digest}"]) == ("abc", digest)
