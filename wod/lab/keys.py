"""The lab's ssh keys: one that logs in everywhere, and one per host that outlives the host."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from wod.lab.hostset import PlacedHost
from wod.lab.places import Places
from wod.lab.run import run
from wod.lab.state import write_atomically


def ensure_lab_key(places: Places) -> str:
    """Generate the key that logs in, unless there is one; returns its public half."""
    public = _ensure_key(places.lab_key, "wod lab")
    _give_to_caller(places.lab_key, os.environ)
    return public


def ensure_host_key(places: Places, host: str) -> str:
    """Generate a host's key, unless there is one; returns its public half."""
    places.host_key(host).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _ensure_key(places.host_key(host), host)


def _ensure_key(path: Path, comment: str) -> str:
    """Generate under another name first, so that a key cut short is never kept."""
    public = path.with_name(f"{path.name}.pub")
    if not (path.is_file() and public.is_file()):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.new")
        for leftover in (fresh, fresh.with_name(f"{fresh.name}.pub")):
            leftover.unlink(missing_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", fresh)
        fresh.with_name(f"{fresh.name}.pub").replace(public)
        fresh.replace(path)
    return public.read_text().strip()


def _give_to_caller(key: Path, environ: Mapping[str, str]) -> None:
    """Under sudo, hand the key to the person: ``wod lab up`` needs root, the roll-outs afterwards do not."""
    if environ.get("SUDO_UID", "").isdigit() and environ.get("SUDO_GID", "").isdigit():
        os.chown(key, int(environ["SUDO_UID"]), int(environ["SUDO_GID"]))


def write_known_hosts(places: Places, hosts: Iterable[PlacedHost]) -> None:
    """Write the file that lets ssh check strictly that a host is the one we started."""
    lines = [known_hosts_line(host, ensure_host_key(places, host.name)) for host in hosts]
    write_atomically(places.known_hosts, "".join(lines))


def known_hosts_line(host: PlacedHost, public_key: str) -> str:
    """One line of known_hosts, without the key's comment."""
    return f"{host.address},{host.name} {' '.join(public_key.split()[:2])}\n"
