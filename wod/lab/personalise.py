"""Turning a mounted base into one particular host: name, address, keys, and the way out to registries."""

from __future__ import annotations

import uuid
from ipaddress import IPv4Network
from pathlib import Path

from wod.lab import keys, machine_files, tree
from wod.lab.hostset import BY_NAME, KNOWN, LabHost, PlacedHost
from wod.lab.places import Places
from wod.lab.recipe import ACCOUNT
from wod.lab.run import run
from wod.lab.subnet import gateway

BEGIN, END = "# wod lab: begin", "# wod lab: end"
LOOPBACK = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
"""What an installed Debian has in /etc/hosts, and a bootstrapped one has not."""


def personalise(places: Places, host: PlacedHost, net: IPv4Network) -> None:
    """Write what makes the host itself. On a host that has run before, only what the lab is the owner of."""
    root = places.root(host.name)
    public = keys.ensure_host_key(places, host.name)
    if (tree.read(root, "etc/machine-id") or "").strip() != machine_id(public):  # new, or a copy of another
        _first_start(root, host, public)
    tree.write(root, "etc/systemd/network/10-host0.network", network_file(host, net))
    hosts_file = tree.read(root, "etc/hosts") or LOOPBACK
    tree.write(root, "etc/hosts", with_block(hosts_file, hosts_block(host, net)))
    _write_keys(places, root, host, public)


def _first_start(root: Path, host: PlacedHost, public_key: str) -> None:
    for name, text in machine_files.collect().items():
        mode = 0o600 if machine_files.has_credentials(text) else 0o644
        tree.write(root, name, text, mode)
    _trust_machine_certificates(root)
    tree.write(root, "etc/hostname", f"{host.name}\n")
    # Last: a host with a machine-id counts as one that has started, so an interrupted first start is done again.
    tree.write(root, "etc/machine-id", machine_id(public_key) + "\n", 0o444)


def machine_id(public_key: str) -> str:
    """An id as unique and as lasting as the host's ssh key."""
    return uuid.uuid5(uuid.NAMESPACE_OID, public_key).hex


def _trust_machine_certificates(root: Path) -> None:
    """Trust the authorities of this machine (a company's proxy, say) in every form: bundle and single files."""
    machine = Path("/", machine_files.BUNDLE)
    if not machine.is_file():
        return
    known = [tree.read(root, machine_files.BUNDLE) or "", *machine_files.distributed_certificates()]
    extra = machine_files.extra_certificates(machine.read_text(), known)
    for number, certificate in enumerate(extra, 1):
        tree.write(root, f"usr/local/share/ca-certificates/lab-{number}.crt", certificate)
    if extra:
        run("unshare", "--mount", "chroot", root, "update-ca-certificates")


def network_file(host: PlacedHost, net: IPv4Network) -> str:
    """systemd-networkd's file for the host's one interface."""
    return f"""[Match]
Name=host0

[Network]
Address={host.address}/{net.prefixlen}
Gateway={gateway(net).ip}
LinkLocalAddressing=no
IPv6AcceptRA=no
"""


def hosts_block(host: LabHost, net: IPv4Network) -> str:
    """Lines of /etc/hosts: every host of a platform, and this one."""
    lines = (f"{each.address_in(net)} {each.name}" for each in dict.fromkeys([*KNOWN, BY_NAME[host.name]]))
    return "\n".join([BEGIN, *lines, END]) + "\n"


def with_block(text: str, block: str) -> str:
    """The text with the lab's block in it, in place of an older one; the rest belongs to others and stays."""
    before, found, rest = text.partition(BEGIN)
    if not found:
        return (text.rstrip("\n") + "\n" if text else "") + block
    return before + block + rest.partition(END)[2].lstrip("\n")


def _write_keys(places: Places, root: Path, host: PlacedHost, public: str) -> None:
    private = places.host_key(host.name).read_text()
    tree.write(root, "etc/ssh/ssh_host_ed25519_key", private, 0o600)
    tree.write(root, "etc/ssh/ssh_host_ed25519_key.pub", public + "\n")
    authorized = f"home/{ACCOUNT}/.ssh/authorized_keys"
    tree.write(root, authorized, keys.ensure_lab_key(places) + "\n", 0o600, tree.account(root, ACCOUNT))
