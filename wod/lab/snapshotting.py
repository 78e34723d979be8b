"""Taking a snapshot of running hosts, and removing one."""

from __future__ import annotations

from wod.errors import BadInput, WodError
from wod.lab import host as one_host
from wod.lab import preflight, snapshots
from wod.lab.hostset import select
from wod.lab.lifecycle import Names, bring_up, in_lab
from wod.lab.places import places as current_places
from wod.lab.run import Say, silent
from wod.lab.session import Session, opened, subnet_of
from wod.lab.state import HostRecord


def snapshot(name: str, hosts: Names = None, *, replace: bool = False, say: Say = silent) -> None:
    """Keep what hosts (all, if none are named) hold now; they are stopped for it and started again."""
    snapshots.check_name(name)
    places = current_places()
    preflight.require(places)
    with opened(places, say) as session:
        chosen = in_lab(session, hosts)
        taken = [host.name for host in chosen if name in snapshots.names(places, host.name)]
        if taken and not replace:
            raise BadInput(f"snapshot {name}: there is one of {', '.join(taken)} already; --replace overwrites it")
        bring_up(session, chosen, subnet_of(session.state), first=lambda host: _keep(session, host, name))
        snapshots.remove_unused_layers(places, session.state)


def share(name: str, source: str, hosts: Names, *, say: Say = silent) -> None:
    """Let other hosts start from what a snapshot holds of ``source``: copies with their own names and keys."""
    [original] = select([source])
    chosen = [host for host in select(hosts) if host != original]
    others = [host.name for host in chosen if host.suite != original.suite]
    if others:
        raise BadInput(f"snapshot {name}: {', '.join(others)} cannot be a copy of {source}, which is {original.suite}")
    preflight.require_root()
    with opened(current_places(), say) as session:
        kept = snapshots.load(session.places, name, source)
        for host in chosen:
            snapshots.store(session.places, name, host.name, kept)
        say(f"snapshot {name}: {len(chosen)} more hosts can start as copies of {source}")


def _keep(session: Session, host: str, name: str) -> None:
    """Stop a host and make what it wrote a layer that it, and whoever uses the snapshot, stands on."""
    _stop_orderly(session, host)
    before = session.state.hosts[host]
    layers = (snapshots.new_layer(host), *before.layers)
    # On record first: a run killed before the move is completed by the next start.
    session.record(host, HostRecord(before.base, layers, name))
    snapshots.move_into_layer(session.places, host, layers[0])
    snapshots.store(session.places, name, host, snapshots.Snapshot(before.base, layers))
    session.say(f"{host}: kept as {name}")


def _stop_orderly(session: Session, host: str) -> None:
    if session.state.hosts[host].pid and not one_host.is_alive(session, host):
        raise WodError("it did not end in an orderly way, so no snapshot of it is taken; run wod lab up first")
    if not one_host.stop(session, host):
        raise WodError("it did not shut down in an orderly way, so no snapshot of it was taken")


def remove_snapshot(name: str, *, say: Say = silent) -> None:
    """Remove a snapshot; hosts that were started from it keep what they have."""
    preflight.require_root()
    with opened(current_places(), say) as session:
        snapshots.remove(session.places, name)
        snapshots.remove_unused_layers(session.places, session.state)
        say(f"snapshot {name}: removed")
