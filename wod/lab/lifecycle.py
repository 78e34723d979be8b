"""What can be done to the lab: up, down, reset, snapshot. No click here; tests and inventories call these."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network

from wod.errors import BadInput, WodError
from wod.lab import host as one_host
from wod.lab import image, keys, network, preflight, snapshots, subnet
from wod.lab.hostset import BY_NAME, KNOWN, LabHost, PlacedHost, select
from wod.lab.places import places as current_places
from wod.lab.run import Say, silent
from wod.lab.session import Session, on_each, opened, subnet_of
from wod.lab.state import HostRecord
from wod.lab.waiting import wait_until_up

Names = str | Sequence[str] | None


def up(
    hosts: Names = None, *, net: str | None = None, snapshot: str | None = None, say: Say = silent
) -> None:
    """Start hosts, and wait until they can be worked with; those that run already are left as they are."""
    wanted = select(hosts)
    places = current_places()
    preflight.require(places)
    with opened(places, say) as session:
        _start(session, wanted, subnet_of(session.state, net), snapshot)


def _start(session: Session, wanted: Sequence[LabHost], net: IPv4Network, snapshot: str | None) -> None:
    subnet.require_free(net, session.places.bridge)
    images = _images(session, wanted)
    records = {host.name: _record(session, host, images[host.suite], snapshot) for host in wanted}
    _prepare(session, net)
    placed = {host.name: host.placed_in(net) for host in wanted}
    on_each(placed, lambda name: _start_one(session, placed[name], net, records[name]))


def _images(session: Session, wanted: Sequence[LabHost]) -> dict[str, str]:
    """The base images of the hosts wanted, built if need be."""
    images = image.ensure(session.places, {host.suite for host in wanted}, session.say)
    needed = {record.base for record in session.state.hosts.values()}
    image.remove_outdated(session.places, images, needed)
    return images


def _record(session: Session, host: LabHost, base: str, snapshot: str | None) -> HostRecord:
    """What a host is to be started on: what it was on before, a snapshot, or the bare base image."""
    before = session.state.hosts.get(host.name)
    if snapshot is None:
        return before or HostRecord(base)
    if before:
        raise BadInput(f"{host.name} has contents already; use wod lab reset {host.name} --to {snapshot}")
    return HostRecord(base, snapshots.find(session.places, snapshot, host.name, base).layers, snapshot)


def _prepare(session: Session, net: IPv4Network) -> None:
    """What all hosts share: network, keys, the subnet on record."""
    network.ensure(session.places, net)
    keys.ensure_lab_key(session.places)
    keys.write_known_hosts(session.places, [host.placed_in(net) for host in KNOWN])
    session.state.subnet = str(net)


def _start_one(session: Session, host: PlacedHost, net: IPv4Network, record: HostRecord) -> None:
    if one_host.is_alive(session, host.name):
        assert record.pid is not None
        wait_until_up(session.places, host, record.pid, record.started)
        session.say(f"{host.name}: is up at {host.address}")
    else:
        one_host.start(session, host, net, record)


def down(hosts: Names = None, *, keep: bool = False, say: Say = silent) -> None:
    """Stop hosts (all, if none are named) and remove what they have written, unless it is to be kept."""
    chosen = [host.name for host in select(hosts)] if hosts else None
    with opened(current_places(), say) as session:
        on_each(chosen or _everything(session), lambda name: _stop_one(session, name, keep))
        if not any(one_host.is_alive(session, name) for name in session.state.hosts):
            network.remove(session.places)
            say("the lab's network is removed")
        snapshots.remove_unused_layers(session.places, session.state)


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


def reset(hosts: Names, *, snapshot: str | None = None, say: Say = silent) -> None:
    """Put hosts back to a fresh server, or to a snapshot; everything else on them is lost."""
    places = current_places()
    preflight.require(places)
    with opened(places, say) as session:
        chosen = _in_lab(session, hosts)
        net = subnet_of(session.state)
        if snapshot:
            _require_snapshot(session, chosen, snapshot)
        on_each([host.name for host in chosen], lambda name: _stop_one(session, name, keep=False))
        _start(session, chosen, net, snapshot)
        snapshots.remove_unused_layers(places, session.state)


def _in_lab(session: Session, hosts: Names) -> tuple[LabHost, ...]:
    """The hosts named (all of the lab's, if none are); each must be one that was started."""
    chosen = (
        select(hosts) if hosts else tuple(BY_NAME[name] for name in session.state.hosts if name in BY_NAME)
    )
    absent = [host.name for host in chosen if host.name not in session.state.hosts]
    if absent or not chosen:
        names = ",".join(absent) or "be1"
        raise BadInput(f"the lab has no host {names} at present; start it with wod lab up --hosts {names}")
    return chosen


def _require_snapshot(session: Session, chosen: Sequence[LabHost], name: str) -> None:
    """Refuse a snapshot that does not fit before a host is stopped for it."""
    images = _images(session, chosen)
    for host in chosen:
        snapshots.find(session.places, name, host.name, images[host.suite])


def snapshot(name: str, hosts: Names = None, *, replace: bool = False, say: Say = silent) -> None:
    """Keep what hosts hold now under a name; they are stopped for it and started again."""
    snapshots.check_name(name)
    places = current_places()
    preflight.require(places)
    with opened(places, say) as session:
        chosen = _in_lab(session, hosts)
        taken = [host.name for host in chosen if name in snapshots.names(places, host.name)]
        if taken and not replace:
            raise BadInput(
                f"snapshot {name}: there is one of {', '.join(taken)} already; --replace overwrites it"
            )
        on_each([host.name for host in chosen], lambda each: _keep_one(session, each, name))
        _start(session, chosen, subnet_of(session.state), None)
        snapshots.remove_unused_layers(places, session.state)


def _keep_one(session: Session, host: str, name: str) -> None:
    """Stop a host and make what it wrote a layer that it, and whoever uses the snapshot, stands on."""
    if session.state.hosts[host].pid and not one_host.is_alive(session, host):
        raise WodError("it did not end in an orderly way, so no snapshot of it is taken; run wod lab up first")
    if not one_host.stop(session, host):
        raise WodError("it did not shut down in an orderly way, so no snapshot of it was taken")
    before = session.state.hosts[host]
    layers = (snapshots.new_layer(host), *before.layers)
    session.record(host, HostRecord(before.base, layers, name))
    snapshots.move_into_layer(session.places, host, layers[0])
    snapshots.store(session.places, name, host, snapshots.Snapshot(before.base, layers))
    session.say(f"{host}: kept as {name}")


def remove_snapshot(name: str, *, say: Say = silent) -> None:
    """Remove a snapshot; hosts that were started from it keep what they have."""
    with opened(current_places(), say) as session:
        snapshots.remove(session.places, name)
        snapshots.remove_unused_layers(session.places, session.state)
        say(f"snapshot {name}: removed")
