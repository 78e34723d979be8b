"""The lab's network on the machine: a bridge with the gateway's address, and translated addresses to go out."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from wod.lab.hostset import EVERY
from wod.lab.places import Places
from wod.lab.run import run, succeeds
from wod.lab.state import locked, write_atomically
from wod.lab.subnet import gateway

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
BEFORE = Path("/run/wod-lab-ip-forward")
"""What ip_forward was before the first lab. In /run, since a reboot forgets the setting as well."""
LOCK = Path("/run/wod-lab-network.lock")


def ensure(places: Places, net: IPv4Network) -> None:
    """Bring up bridge, address translation and forwarding; right whatever a killed run left of them."""
    with locked(LOCK, "another lab's network"):
        _ensure_bridge(places.bridge, net)
        _plug_in(places)
        run("nft", "-f", "-", stdin=table(places, net))
        _open_forwarding(places)
        if not BEFORE.exists():
            write_atomically(BEFORE, FORWARDING.read_text())
        FORWARDING.write_text("1")


def _ensure_bridge(bridge: str, net: IPv4Network) -> None:
    if not exists(bridge):
        run("ip", "link", "add", bridge, "type", "bridge")
    links = json.loads(run("ip", "-j", "-4", "address", "show", "dev", bridge))
    present = {f"{a['local']}/{a['prefixlen']}" for link in links for a in link.get("addr_info", ())}
    if present != {str(gateway(net))}:
        run("ip", "-4", "address", "flush", "dev", bridge)
        run("ip", "address", "add", str(gateway(net)), "dev", bridge)
    run("ip", "link", "set", bridge, "up")


def _plug_in(places: Places) -> None:
    """Connect hosts that outlived their bridge to the new one."""
    for host in EVERY:
        if exists(cable := places.cable(host.name)):
            run("ip", "link", "set", cable, "master", places.bridge, "up")


def unplug(places: Places, host: str) -> None:
    """Remove the network cable of a host that was killed: the kernel takes its time, and a new one needs the name."""
    if exists(cable := places.cable(host)):
        succeeds("ip", "link", "delete", cable)


def exists(interface: str) -> bool:
    return Path(f"/sys/class/net/{interface}").exists()


def table(places: Places, net: IPv4Network) -> str:
    """The lab's own nftables table, replacing one of the same name."""
    return f"""table ip {places.table}
delete table ip {places.table}
table ip {places.table} {{
    chain postrouting {{
        type nat hook postrouting priority srcnat;
        ip saddr {net} ip daddr != {net} masquerade
    }}
}}
"""


def _open_forwarding(places: Places) -> None:
    """Let the lab's traffic through where the machine's firewall drops what it does not know."""
    _close_forwarding(places)
    for chain in dropping_chains(json.loads(run("nft", "-j", "list", "chains"))):
        for side in ("iifname", "oifname"):
            rule = f"{side} {places.bridge} accept comment {places.table}"
            run("nft", "insert", "rule", *chain, *rule.split())


def dropping_chains(listing: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Family, table and name of each chain that drops forwarded packets by default, from ``nft -j list chains``."""
    chains = (item["chain"] for item in listing["nftables"] if "chain" in item)
    return [
        (chain["family"], chain["table"], chain["name"])
        for chain in chains
        if chain.get("hook") == "forward" and chain.get("policy") == "drop" and chain["family"] in ("ip", "inet")
    ]


def _close_forwarding(places: Places) -> None:
    for chain, handle in own_rules(json.loads(run("nft", "-j", "list", "ruleset")), places.table):
        run("nft", "delete", "rule", *chain, "handle", str(handle))


def own_rules(listing: dict[str, Any], comment: str) -> list[tuple[tuple[str, str, str], int]]:
    """The rules that the lab added to other tables, by their comment, from ``nft -j list ruleset``."""
    rules = (item["rule"] for item in listing["nftables"] if "rule" in item)
    return [
        ((rule["family"], rule["table"], rule["chain"]), rule["handle"])
        for rule in rules
        if rule.get("comment") == comment
    ]


def remove(places: Places) -> None:
    """Take it all away; the last lab to leave puts ip_forward back to what it was."""
    with locked(LOCK, "another lab's network"):
        _close_forwarding(places)
        succeeds("nft", "delete", "table", "ip", places.table)
        if exists(places.bridge):
            run("ip", "link", "delete", places.bridge)
        if BEFORE.exists() and not other_labs():
            FORWARDING.write_text(BEFORE.read_text())
            BEFORE.unlink()


def other_labs() -> bool:
    listing = json.loads(run("nft", "-j", "list", "tables"))
    return any(item.get("table", {}).get("name", "").startswith("wod_lab") for item in listing["nftables"])
