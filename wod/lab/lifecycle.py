"""What can be done to the lab's hosts: up, down, reset. No click here; tests and inventories call these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network

from wod.errors import BadInput
from wod.lab import host as one_host
from wod.lab import image, keys, mailbox, network, preflight, snapshots, subnet, watches
from wod.lab.hostset import BY_NAME, EVERY, KNOWN, LabHost, PlacedHost, select
from wod.lab.places import places as current_places
from wod.lab.run import Say, silent
from wod.lab.session import Session, on_each, opened, subnet_for, subnet_of
from wod.lab.state import HostRecord
from wod.lab.waiting import wait_until_up

Names = str | Sequence[str] | None


def up(hosts: Names = None, *, net: str | None = None, snapshot: str | None = None, say: Say = silent) -> None:
    """Start hosts, and wait until they can be worked with; those that run already are left as they are."""
    wanted = select(hosts)
    places = current_places()
    preflight.require(places)
    if mailbox.needed(host.name for host in wanted):
        mailbox.require()
    with opened(places, say) as session:
        place = subnet_for(session.state, net)
        subnet.require_room(place, wanted)
        subnet.require_free(place, places.bridge)
        images = base_images(session, wanted)
        records = {host.name: _record(session, host, images[host.suite], snapshot) for host in wanted}
        bring_up(session, wanted, place, first=lambda name: session.record(name, records[name]))


def _record(session: Session, host: LabHost, base: str, snapshot: str | None) -> HostRecord:
    """What a host is to be started on: what it was on before, a snapshot, or the bare base image."""
    before = session.state.hosts.get(host.name)
    if before and snapshot:
        raise BadInput(f"{host.name} has contents already; use wod lab reset {host.name} --to {snapshot}")
    return before or snapshots.fresh_record(session.places, host.name, base, snapshot)


def base_images(session: Session, wanted: Sequence[LabHost]) -> dict[str, str]:
    """The base images of the hosts wanted, by suite; built if need be, and outdated ones removed."""
    images = image.ensure(session.places, {host.suite for host in wanted}, session.say)
    needed = {record.base for record in session.state.hosts.values()}
    image.remove_outdated(session.places, images, needed)
    return images


def bring_up(session: Session, wanted: Sequence[LabHost], net: IPv4Network, first: Callable[[str], object]) -> None:
    """Start hosts on the records they have once ``first`` was done to each; several at once."""
    _prepare(session, wanted, net)
    if mailbox.needed([*session.state.hosts, *(host.name for host in wanted)]) and mailbox.ensure(session.places, net):
        session.say("the mailbox is open; wod lab mail lists what comes")
    placed = {host.name: host.placed_in(net) for host in wanted}

    def act(name: str) -> None:
        first(name)
        _start_one(session, placed[name], net)

    on_each(placed, act)


def _prepare(session: Session, wanted: Sequence[LabHost], net: IPv4Network) -> None:
    """What all hosts share: network, keys, the subnet on record."""
    names = {*session.state.hosts, *(host.name for host in wanted)}
    trusted = [host.placed_in(net) for host in EVERY if host in KNOWN or host.name in names]
    network.ensure(session.places, net)
    watches.ensure(len(names))
    keys.ensure_lab_key(session.places)
    keys.write_known_hosts(session.places, trusted)
    session.state.subnet = str(net)


def _start_one(session: Session, host: PlacedHost, net: IPv4Network) -> None:
    record = session.state.hosts[host.name]
    if record.pid and one_host.is_alive(session, host.name):
        wait_until_up(session.places, host, record.pid, record.started)
        session.say(f"{host.name}: is up at {host.address}")
    else:
        one_host.start(session, host, net, record)


def down(hosts: Names = None, *, keep: bool = False, say: Say = silent) -> None:
    """Stop hosts (all, if none are named) and remove what they have written, unless it is to be kept."""
    chosen = [host.name for host in select(hosts)] if hosts else None
    preflight.require_root()
    with opened(current_places(), say) as session:
        on_each(chosen or _everything(session), lambda name: _stop_one(session, name, keep))
        alive = [name for name in session.state.hosts if one_host.is_alive(session, name)]
        if not mailbox.needed(alive):
            _close_mailbox(session, keep)
        if not alive:
            network.remove(session.places)
            if not network.other_labs():
                watches.restore()
            say("the lab's network is removed")
        snapshots.remove_unused_layers(session.places, session.state)


def _close_mailbox(session: Session, keep: bool) -> None:
    if mailbox.stop(session.places):
        session.say("the mailbox is closed")
    if not keep:
        mailbox.forget(session.places)


def _everything(session: Session) -> list[str]:
    """Every host on record, and every one that a killed run left a directory of."""
    directories = session.places.host("").glob("*")
    return sorted({*session.state.hosts, *(directory.name for directory in directories)})


def _stop_one(session: Session, name: str, keep: bool) -> None:
    one_host.stop(session, name)
    if not keep:
        one_host.forget_contents(session.places, name)
        session.record(name, None)
    session.say(f"{name}: down, {'its contents are kept' if keep else 'its contents are removed'}")


def reset(hosts: Names = None, *, snapshot: str | None = None, say: Say = silent) -> None:
    """Put hosts (all, if none are named) back to a fresh server or to a snapshot; what they hold is lost."""
    places = current_places()
    preflight.require(places)
    with opened(places, say) as session:
        chosen = in_lab(session, hosts)
        images = base_images(session, chosen)
        # All of them before any host is stopped: a snapshot that does not fit must not cost a host.
        records = {
            host.name: snapshots.fresh_record(places, host.name, images[host.suite], snapshot) for host in chosen
        }
        bring_up(session, chosen, subnet_of(session.state), first=lambda name: _renew(session, name, records[name]))
        snapshots.remove_unused_layers(places, session.state)


def _renew(session: Session, name: str, record: HostRecord) -> None:
    """Stop a host and drop what it wrote; it stays on record, for a run killed here must not lose it."""
    one_host.stop(session, name)
    one_host.forget_contents(session.places, name)
    session.record(name, record)
    session.say(f"{name}: back to {record.snapshot or 'a fresh server'}")


def in_lab(session: Session, hosts: Names) -> tuple[LabHost, ...]:
    """The hosts named (all of the lab's, if none are); each must be one that was started."""
    chosen = select(hosts) if hosts else tuple(BY_NAME[name] for name in session.state.hosts if name in BY_NAME)
    absent = [host.name for host in chosen if host.name not in session.state.hosts]
    if absent or not chosen:
        names = ",".join(absent or ["be1"])
        raise BadInput(f"the lab has no host {names} at present; start it with wod lab up --hosts {names}")
    return chosen
