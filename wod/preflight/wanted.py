"""What is looked at on a host of each role, and what the article says it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wod.endpoint import Endpoint
from wod.settings import Settings
from wod.site import Host, Site, SiteHost, plain_name
from wod.system import ports_of

GB = 10**9


@dataclass(frozen=True)
class Size:
    """Processors, and gigabytes of memory and disk: for a hundred people at a time, where it depends on that."""

    cpus: int
    memory: int
    disk: int


SIZES = {"backends": Size(2, 128, 500), "api_db": Size(2, 16, 60), "frontends": Size(2, 8, 60)}
LEAST = 5
"""Gigabytes of disk without which no role can be installed."""
OURS = {
    "backends": ("jupyterhub-proxy.service", "postfix.service", "postfix@-.service"),
    "api_db": ("wod-api.service", "wod-nodeapi.service"),
    "frontends": ("nginx.service",),
}
"""Units of ours (or of our packages) that may have a role's ports already."""


def name_of(host: Host) -> str:
    """The name by which the platform's other hosts reach it."""
    return Endpoint.parse(host.internal or plain_name(host)).host


def ports(host: SiteHost) -> list[int]:
    mail = [host.settings.POSTPORT] if host.role == "backends" else []
    return [*map(int, ports_of(host.role, host.settings)), *mail]


def names(site: Site, host: SiteHost) -> list[str]:
    """Its own, and those of others that it has to look up: an address in the inventory goes into /etc/hosts."""
    others = [each.declared for each in site.hosts if each.name != host.name and not each.declared.ip]
    return list(dict.fromkeys([name_of(host.declared), *map(name_of, others)]))


def peers(site: Site, host: SiteHost) -> list[tuple[str, int]]:
    """Where the platform's other hosts answer once they are installed."""
    others = [each for each in site.hosts if each.name != host.name]
    return [(each.declared.ip or name_of(each.declared), port) for each in others for port in ports(each)[:1]]


def asked(site: Site, host: SiteHost) -> dict[str, Any]:
    """As ``wod/remote/host_preflight.py`` reads it."""
    apart = any(each.role == "api_db" and each.name != host.name for each in site.hosts)
    return {
        "ports": ports(host),
        "names": names(site, host),
        "paths": paths(host.settings, host.role),
        "peers": peers(site, host),
        "api": f"{host.settings.WODFEAPIURL}/workshops" if apart else "",
    }


def paths(settings: Settings, role: str) -> list[str]:
    return ["/", settings.STUDDIR] if role == "backends" else ["/"]
