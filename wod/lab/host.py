"""One host: start, stop, forget. Each step is right whatever an earlier, killed run has left of the host."""

from __future__ import annotations

import time
from dataclasses import replace
from ipaddress import IPv4Network

from wod.errors import WodError
from wod.lab import cgroups, mounts, network, nspawn, processes, snapshots
from wod.lab.hostset import PlacedHost
from wod.lab.personalise import personalise
from wod.lab.places import Places
from wod.lab.run import run
from wod.lab.session import Session
from wod.lab.state import HostRecord
from wod.lab.waiting import wait_until_up


def start(session: Session, host: PlacedHost, net: IPv4Network, record: HostRecord) -> None:
    """Start a host on the base and layers of its record, and wait until it can be worked with."""
    began = time.monotonic()
    _clear(session, host.name)
    session.record(host.name, replace(record, pid=None, started=0))
    _mount(session.places, host.name, record)
    session.say(f"{host.name}: mounted")
    personalise(session.places, host, net)
    pid, started = nspawn.start(session.places, host)
    session.record(host.name, replace(record, pid=pid, started=started))
    wait_until_up(session.places, host, pid, started)
    session.say(f"{host.name}: up in {time.monotonic() - began:.0f} s at {host.address}")


def is_alive(session: Session, name: str) -> bool:
    record = session.state.hosts.get(name)
    return record is not None and processes.alive(record.pid, record.started)


def stop(session: Session, name: str) -> bool:
    """Shut a host down, by force if it takes too long; returns whether it went in an orderly way."""
    record = session.state.hosts.get(name)
    if record and record.pid and is_alive(session, name):
        orderly = nspawn.stop(record.pid, record.started)
    else:
        orderly = nspawn.stop_orphan(session.places, name)
    if not orderly:
        session.say(f"{name}: did not shut down in {nspawn.STOP_SECONDS} s and was ended")
    _clear(session, name)
    if record:
        session.record(name, replace(record, pid=None, started=0))
    return orderly


def _clear(session: Session, name: str) -> None:
    """End the processes of a host that nobody looks after any more, and unmount what they stood on."""
    if processes.kill_host(session.places, name):
        session.say(f"{name}: ended what was left of it")
    network.unplug(session.places, name)
    mounts.unmount_below(session.places.host(name))
    cgroups.remove(session.places.machine(name))


def _mount(places: Places, name: str, record: HostRecord) -> None:
    if record.layers:
        # A snapshot that was cut short has recorded its layer but may not have moved it yet.
        snapshots.move_into_layer(places, name, record.layers[0])
    lowers = [*(places.layers / layer for layer in record.layers), places.cache / record.base]
    gone = [str(lower) for lower in lowers if not lower.is_dir()]
    if gone:
        raise WodError(f"what it stands on is gone ({', '.join(gone)}); run wod lab reset {name}")
    directory = places.host(name)
    mounts.mount_overlay(lowers, directory / "upper", directory / "work", places.root(name))


def forget_contents(places: Places, name: str) -> None:
    """Remove what a stopped host has written; its ssh key stays, so that known_hosts stays right."""
    if mounts.unmount_below(places.host(name)):
        raise WodError(f"{places.host(name)} was still mounted; try again")
    run("rm", "-rf", "--one-file-system", "--", places.host(name), timeout=None)
