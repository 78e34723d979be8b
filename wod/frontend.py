"""What the frontend module decides, purely: where the web server listens, whom it asks, what it tells browsers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from wod.api.config import Api
from wod.enginesettings import is_insecure
from wod.facts.platform import Platform
from wod.portal import ROUTES
from wod.settings import Settings
from wod.site import SiteHost

UNIT = "nginx.service"
PACKAGES = {"debian": ("nginx",), "rhel": ("nginx",)}
ACME_PACKAGES = {"debian": ("certbot",), "rhel": ("certbot",)}
CONFIGURATION = "/etc/nginx/conf.d/wod.conf"
DEFAULT_SITE = ("/etc/nginx/sites-enabled/default", "/etc/nginx/sites-available/default")
"""Debian's welcome page: the link by which it is shown, and what it leads to."""
ROOT = "/var/www/wod"
CURRENT = f"{ROOT}/current"
TLS = "/etc/wod/tls"
PEM = f"{TLS}/portal.pem"
"""Chain and key in one file: they are replaced in one step, so that they always belong together."""
CHALLENGES = "/var/lib/wod/acme"
HOOKS = "/etc/letsencrypt/renewal-hooks/deploy"
HOOK = f"{HOOKS}/wod"
"""Run by certbot after each new certificate, and by us after the first."""
TIMERS = {"debian": "certbot.timer", "rhel": "certbot-renew.timer"}
BUNDLES = {"debian": "/etc/ssl/certs/ca-certificates.crt", "rhel": "/etc/pki/tls/certs/ca-bundle.crt"}
REDIRECT = 80
"""The port that sends browsers on to the encrypted one."""
YEAR = 31536000
NEW_HTTP2 = {"debian": 13, "ubuntu": 25, "rhel": 10, "centos": 10, "rocky": 10, "almalinux": 10}
"""The release with an nginx of 1.25.1 or newer, in which HTTP/2 has a directive of its own."""


@dataclass(frozen=True)
class Upstream:
    """The API as the web server reaches it; ``name`` is checked against its certificate where it is encrypted."""

    address: str
    port: int
    proto: str
    name: str
    verified: bool = True

    @property
    def server(self) -> str:
        """``192.0.2.30:8021``, IPv6 in brackets."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def upstream(settings: Settings, hosts: Iterable[SiteHost]) -> Upstream:
    """The site's api-db host, by its address where the inventory has it: the web server must start without DNS."""
    own = next((host for host in hosts if host.role == "api_db"), None)
    name = settings.WODAPIDBFQDN
    address = own.declared.ip if own is not None and own.declared.ip else name
    return Upstream(address, settings.WODAPIDBPORT, settings.WODAPIDBPROTO, name, not is_insecure(settings))


def names(settings: Settings) -> list[str]:
    """The names that the portal answers to, the one that browsers are to use first."""
    return list(dict.fromkeys([settings.WODFEEXTFQDN, settings.WODFEFQDN]))


def url(settings: Settings) -> str:
    """The portal's external address, without the protocol's own port."""
    port = {("http", 80): "", ("https", 443): ""}.get((settings.WODFEEXTPROTO, settings.WODFEEXTPORT))
    port = f":{settings.WODFEEXTPORT}" if port is None else port
    host = settings.WODFEEXTFQDN
    return f"{settings.WODFEEXTPROTO}://{f'[{host}]' if ':' in host else host}{port}"


def redirects(settings: Settings) -> bool:
    return settings.WODTLS != "off" and settings.WODFEPORT != REDIRECT


def problems(settings: Settings) -> list[str]:
    """Settings that contradict each other, a sentence each."""
    tls, found = settings.WODTLS, []
    if tls == "off" and settings.WODFEPROTO == "https":
        found.append("WODFEPROTO is https while WODTLS is off; set WODTLS to files or acme")
    if tls != "off" and settings.WODFEPROTO != "https":
        found.append(f"WODTLS is {tls} while WODFEPROTO is http; set WODFEPROTO to https and WODFEPORT to 443")
    if tls != "off" and settings.WODFEPORT == REDIRECT:
        found.append("WODFEPORT is 80, which browsers take for plain HTTP; with WODTLS set it to 443")
    if tls == "files" and not (settings.WODTLSCERT and settings.WODTLSKEY):
        found.append("WODTLS is files; name the certificate in WODTLSCERT and its key in WODTLSKEY")
    if tls == "acme" and not settings.WODACMEMAIL:
        found.append("WODTLS is acme; name in WODACMEMAIL whom the authority may write to")
    return found


def policy(settings: Settings) -> str:
    """The Content-Security-Policy. The original's pages have inline scripts and styles, and call the API themselves."""
    pictures = " ".join(["'self'", *settings.WODPICTURES])
    if not settings.WODFEREPO:
        rules = [
            "default-src 'none'", "script-src 'self'", "style-src 'self'", f"img-src {pictures}", "connect-src 'self'",
            "manifest-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
        ]  # fmt: skip
        return "; ".join(rules)
    api = urlsplit(settings.WODAPIDBEXTURL)
    rules = [
        "default-src 'self'", "script-src 'self' 'unsafe-inline'", "style-src 'self' 'unsafe-inline'",
        f"img-src {pictures} data: https:", "font-src 'self' data: https:", "frame-src https:",
        f"connect-src 'self' {api.scheme}://{api.netloc}", "base-uri 'self'", "frame-ancestors 'none'",
    ]  # fmt: skip
    return "; ".join(rules)


def headers(settings: Settings) -> dict[str, str]:
    """What every page tells browsers."""
    everywhere = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Content-Security-Policy": policy(settings),
        "X-Frame-Options": "DENY",
    }
    if settings.WODFEEXTPROTO == "https":
        everywhere["Strict-Transport-Security"] = f"max-age={YEAR}"
    return everywhere


def immutable(settings: Settings) -> str:
    """A regular expression of paths whose content never changes under the same name."""
    return "^/(static/|[^/]+-[0-9a-f]{20}[.](js|css)$)" if settings.WODFEREPO else "^/assets/"


def values(settings: Settings, hosts: Iterable[SiteHost], platform: Platform, port80: bool) -> dict[str, object]:
    """What the template of the configuration is told; ``port80``: whether that port is ours to have."""
    tls = settings.WODTLS != "off"
    return {
        "names": names(settings),
        "port": settings.WODFEPORT,
        "tls": tls,
        "acme": settings.WODTLS == "acme",
        "pem": PEM,
        "challenges": CHALLENGES,
        "redirect": url(settings) if redirects(settings) and port80 else None,
        "http2": platform.major >= NEW_HTTP2.get(platform.id, 99),
        "api": upstream(settings, hosts),
        "bundle": BUNDLES.get(platform.family, ""),
        "body": Api.body_limit,
        "scheme": settings.WODFEEXTPROTO,
        "proxies": settings.WODPROXIES,
        "root": CURRENT,
        "routes": () if settings.WODFEREPO else ROUTES,
        "immutable": immutable(settings),
        "headers": headers(settings),
    }
