"""The hosts that the lab knows: which role each plays and which Debian it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import IPv4Address, IPv4Network

from wod.errors import BadInput

FIRST_OFFSET = 10
"""Hosts start at the subnet's eleventh address: those below are the gateway's and whatever the future needs."""


@dataclass(frozen=True)
class LabHost:
    """One host of the lab, wherever the lab's subnet lies."""

    name: str
    role: str
    number: int
    suite: str
    index: int

    def address_in(self, subnet: IPv4Network) -> IPv4Address:
        """The host's address: always the same offset, so that a host keeps it whichever others are started."""
        return subnet.network_address + FIRST_OFFSET + self.index

    def placed_in(self, subnet: IPv4Network) -> PlacedHost:
        """The host with its address in this subnet."""
        return PlacedHost(self.name, self.role, self.number, self.suite, self.index, str(self.address_in(subnet)))


@dataclass(frozen=True)
class PlacedHost(LabHost):
    """A host with its address: what an inventory needs."""

    address: str


KNOWN = (
    LabHost("be1", "backends", 1, "bookworm", 1),
    LabHost("be2", "backends", 2, "trixie", 2),
    LabHost("be3", "backends", 3, "bookworm", 3),
    LabHost("be4", "backends", 4, "trixie", 4),
    LabHost("api", "api_db", 1, "bookworm", 5),
    LabHost("www", "frontends", 1, "trixie", 6),
)
"""The hosts of a platform. A new one is one line with the next free index."""

LIGHT = tuple(LabHost(f"n{number:02}", "frontends", number, "bookworm", 100 + number) for number in range(1, 51))
"""Many small hosts, for what is measured or tried on many at once. They need a /24, all others a /27."""

EVERY = (*KNOWN, *LIGHT)
"""Every host that can be started by name."""

DEFAULT = ("be1", "be2")
"""What ``wod lab up`` starts when no hosts are named."""

BY_NAME = {host.name: host for host in EVERY}
NAMES = ", ".join([*(host.name for host in KNOWN), f"{LIGHT[0].name} to {LIGHT[-1].name}"])
"""For people."""
LAST_OFFSET = FIRST_OFFSET + max(host.index for host in KNOWN)


def select(names: str | Sequence[str] | None) -> tuple[LabHost, ...]:
    """The hosts named (``"be1,be2"`` or a sequence; nothing means the default set), each once, in table order."""
    wanted = _split(names) or list(DEFAULT)
    unknown = [name for name in wanted if name not in BY_NAME]
    if unknown:
        raise BadInput(_unknown_host(unknown[0]))
    return tuple(host for host in EVERY if host.name in wanted)


def _split(names: str | Sequence[str] | None) -> list[str]:
    parts = names.split(",") if isinstance(names, str) else list(names or ())
    return [name.strip() for name in parts if name.strip()]


def _unknown_host(name: str) -> str:
    close = get_close_matches(name, BY_NAME, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"--hosts: the lab has no host {name!r}; {hint}it knows {NAMES}"
