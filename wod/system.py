"""What the system module decides, purely."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

from wod.endpoint import Endpoint
from wod.inventory import Host, SiteHost, plain_name

ROLE_PORTS = {
    "backends": ("WODBEPORT",),
    "api_db": ("WODAPIDBPORT",),
    "frontends": ("WODFEPORT",),
}
"""The settings whose ports a role's hosts let in."""


def stable_minute(name: str) -> int:
    """A minute of the hour that is a host's own and always the same (the original seeded a generator with the name)."""
    return zlib.crc32(name.encode()) % 60


def host_names(own: str, hosts: Iterable[SiteHost], extra: Mapping[str, object]) -> list[str]:
    """Lines for /etc/hosts: the site's hosts whose address is known, then the extra names.

    A host's own name goes to 127.0.1.1, as Debian does it: it must resolve, and must not depend on the network.
    """
    lines = []
    for host in hosts:
        address = "127.0.1.1" if host.name == own else host.declared.address
        if address:
            lines.append(f"{address} {' '.join(_names(host.declared))}")
    return lines + [f"{address} {name}" for name, address in sorted(extra.items())]


def _names(declared: Host) -> list[str]:
    """The internal name and its first part."""
    full = Endpoint.parse(declared.internal or plain_name(declared)).host
    return list(dict.fromkeys([full, full.partition(".")[0]]))
