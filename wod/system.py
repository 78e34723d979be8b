"""What the system module decides, purely."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

from wod.endpoint import Endpoint
from wod.facts.platform import Platform
from wod.settings import Settings
from wod.site import Host, SiteHost, plain_name

COMMON_PACKAGES = {
    "acl",
    "ca-certificates",
    "curl",
    "git",
    "openssh-server",
    "python3",
    "rsync",
    "sudo",
    "tar",
}
FAMILY_PACKAGES = {
    "debian": {
        "bash-completion",
        "iproute2",
        "libpam-systemd",
        "locales",
        "openssh-client",
        "procps",
        "python3-venv",
        "util-linux",
    },
    "rhel": {
        "bash-completion",
        "iproute",
        "openssh-clients",
        "policycoreutils-python-utils",
        "procps-ng",
        "python3.12",
    },
}
FIREWALLS = {"debian": "ufw", "rhel": "firewalld"}
TIME_SERVICES = {
    "debian": ("systemd-timesyncd", "systemd-timesyncd.service"),
    "rhel": ("chrony", "chronyd.service"),
}
ROLE_PORTS = {
    "backends": ("WODBEPORT",),
    "api_db": ("WODAPIDBPORT",),
    "frontends": ("WODFEPORT",),
}
"""The settings whose ports a role's hosts let in."""


def ports_of(role: str, settings: Settings) -> list[str]:
    """The ports that a role's hosts let in; with encryption also the portal's redirect, where ACME asks, too."""
    redirect = ["80"] if role == "frontends" and settings.WODTLS != "off" else []
    return [*(str(settings[name]) for name in ROLE_PORTS.get(role, ())), *redirect]


def stable_minute(name: str) -> int:
    """A minute of the hour that is a host's own and always the same (the original seeded a generator with the name)."""
    return zlib.crc32(name.encode()) % 60


def host_names(own: str, hosts: Iterable[SiteHost], extra: Mapping[str, object]) -> list[str]:
    """Lines for /etc/hosts: the site's hosts whose address is known, then the extra names.

    A host's own name goes to 127.0.1.1, as Debian does it: it must resolve, and must not depend on the network.
    """
    lines = []
    for host in hosts:
        address = "127.0.1.1" if host.name == own else host.declared.ip
        if address:
            lines.append(f"{address} {' '.join(_names(host.declared))}")
    return lines + [f"{address} {name}" for name, address in sorted(extra.items())]


def _names(declared: Host) -> list[str]:
    """The internal name and its first part."""
    full = Endpoint.parse(declared.internal or plain_name(declared)).host
    return list(dict.fromkeys([full, full.partition(".")[0]]))


def firewall_of(settings: Settings, platform: Platform) -> str:
    """``ufw``, ``firewalld`` or nothing."""
    kind = settings.WODFIREWALL
    return {"auto": FIREWALLS.get(platform.family, ""), "none": ""}.get(kind, kind)


def syncs_time(settings: Settings, platform: Platform) -> bool:
    """A container has its machine's clock and cannot set it."""
    return settings.WODTIMESYNC and not platform.container and platform.family in TIME_SERVICES


def base_packages(settings: Settings, platform: Platform) -> set[str]:
    """What every host of a distribution needs, its firewall and its time service included."""
    wanted = COMMON_PACKAGES | FAMILY_PACKAGES[platform.family] | ({firewall_of(settings, platform)} - {""})
    return wanted | {TIME_SERVICES[platform.family][0]} if syncs_time(settings, platform) else wanted
