"""How the lab is doing, and how to reach it. Changes nothing and needs no root."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from wod.lab import mailbox, processes, snapshots, subnet
from wod.lab.hostset import EVERY, KNOWN, LabHost, PlacedHost, select
from wod.lab.places import Places
from wod.lab.places import places as current_places
from wod.lab.recipe import ACCOUNT
from wod.lab.session import subnet_of
from wod.lab.state import HostRecord, load
from wod.lab.waiting import answers

OPERATORS = "operators@lab.example"
"""Who gets the reports of a lab's site."""


@dataclass(frozen=True)
class HostStatus:
    """One line of ``wod lab status``."""

    host: str
    role: str
    suite: str
    address: str
    state: str
    """up, unreachable (runs, ssh is silent), dead (should run and does not), down."""
    pid: int | None
    uptime: int | None
    snapshot: str | None
    """The snapshot it was started from."""
    snapshots: tuple[str, ...]


def hosts() -> tuple[PlacedHost, ...]:
    """The hosts in the lab now; the default set if there are none, so that an inventory can always be printed."""
    state = load(current_places())
    chosen = [host for host in EVERY if host.name in state.hosts] or select(None)
    return tuple(host.placed_in(subnet_of(state)) for host in chosen)


def connection(host: PlacedHost) -> dict[str, str]:
    """How pyinfra reaches a host: ordinary ssh, the lab's key, strict checking."""
    places = current_places()
    return {
        "ssh_hostname": host.address,
        "ssh_user": ACCOUNT,
        "ssh_key": str(places.lab_key),
        "ssh_known_hosts_file": str(places.known_hosts),
        "ssh_strict_host_key_checking": "yes",
    }


def settings(host: PlacedHost) -> dict[str, object]:
    """Settings that a host has because it is the lab's: mails end in its mailbox, and nobody has to wait for them."""
    if not mailbox.needed([host.name]):
        return {}
    relay = str(subnet.gateway(subnet_of(load(current_places()))).ip)
    mails = {"WODSMTPHOST": relay, "WODSMTPPORT": mailbox.PORT, "WODMONITOR": OPERATORS}
    return {**mails, "WODTICK": 1, "WODRESEND": 2}


def status() -> list[HostStatus]:
    """Every host of a platform and every one that was started, with its state."""
    places = current_places()
    state = load(places)
    net = subnet_of(state)
    shown = [host for host in EVERY if host in KNOWN or host.name in state.hosts]
    with ThreadPoolExecutor() as pool:
        return list(
            pool.map(lambda host: _status(places, host, host.placed_in(net), state.hosts.get(host.name)), shown)
        )


def _status(places: Places, host: LabHost, placed: PlacedHost, record: HostRecord | None) -> HostStatus:
    alive = record is not None and processes.alive(record.pid, record.started)
    return HostStatus(
        host.name, host.role, host.suite, placed.address, _state(placed, record, alive),
        record.pid if record and alive else None,
        _uptime(record.started) if record and alive else None,
        record.snapshot if record else None,
        tuple(snapshots.names(places, host.name)),
    )  # fmt: skip


def _state(placed: PlacedHost, record: HostRecord | None, alive: bool) -> str:
    if alive:
        return "up" if answers(placed) else "unreachable"
    return "dead" if record and record.pid else "down"


def _uptime(started: int) -> int:
    since_boot = float(Path("/proc/uptime").read_text().split()[0])
    return int(since_boot - started / os.sysconf("SC_CLK_TCK"))
