"""The lab's subnet: read, checked, and not somebody else's."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Interface, IPv4Network
from typing import Any

from wod.errors import BadInput
from wod.lab.hostset import LAST_OFFSET, LabHost
from wod.lab.run import run

DEFAULT = "10.233.7.0/24"
PRIVATE = tuple(IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def parse(text: str, place: str) -> IPv4Network:
    """The subnet a person wrote; ``place`` is the flag or variable they wrote it in."""
    try:
        net = IPv4Network(text)
    except ValueError:
        raise BadInput(f"{place}: {text!r} is not an IPv4 network; write one such as {DEFAULT}") from None
    if not any(net.subnet_of(private) for private in PRIVATE):
        raise BadInput(f"{place}: {text} is not a private network; take one such as {DEFAULT}")
    if net.num_addresses - 2 < LAST_OFFSET:
        raise BadInput(f"{place}: {text} has no room for every host of the lab; take a /27 or larger")
    return net


def require_room(net: IPv4Network, hosts: Iterable[LabHost]) -> None:
    """Refuse a subnet that is too small for one of these hosts."""
    for host in hosts:
        if host.address_in(net) >= net.broadcast_address:
            raise BadInput(f"--subnet: {net} has no room for {host.name}; take a /24 or larger")


def requested(flag: str | None, environ: Mapping[str, str] = os.environ) -> IPv4Network | None:
    """What a person asked for, by flag or else by ``WOD_LAB_SUBNET``; None when they did not care."""
    if flag:
        return parse(flag, "--subnet")
    if environ.get("WOD_LAB_SUBNET"):
        return parse(environ["WOD_LAB_SUBNET"], "WOD_LAB_SUBNET")
    return None


def gateway(net: IPv4Network) -> IPv4Interface:
    """The bridge's own address with its prefix length."""
    return IPv4Interface(f"{net.network_address + 1}/{net.prefixlen}")


def require_free(net: IPv4Network, bridge: str) -> None:
    """Refuse a subnet that this machine already uses, other than on the lab's own bridge."""
    addresses = json.loads(run("ip", "-j", "-4", "address", "show"))
    routes = json.loads(run("ip", "-j", "-4", "route", "show", "table", "all"))
    for used, device in _in_use(addresses, routes):
        if device != bridge and used.overlaps(net):
            raise BadInput(
                f"--subnet: {net} overlaps {used}, which this machine already uses on {device}; "
                "choose another private network with --subnet or WOD_LAB_SUBNET"
            )


def _in_use(
    addresses: Iterable[Mapping[str, Any]], routes: Iterable[Mapping[str, Any]]
) -> Iterable[tuple[IPv4Network, str]]:
    """Networks in use, and on which device, from what ``ip -j address`` and ``ip -j route`` print."""
    for link in addresses:
        for info in link.get("addr_info", ()):
            if info.get("family") == "inet":
                yield IPv4Interface(f"{info['local']}/{info['prefixlen']}").network, link["ifname"]
    for route in routes:
        if route.get("type") not in ("local", "broadcast") and route["dst"] != "default":
            yield IPv4Network(route["dst"], strict=False), route.get("dev", "a route")
