"""What the platform's inventory holds after an order: its own hosts, merged with those that were there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wod.errors import Problem, ProblemsFound
from wod.install.order import KINDS, Order, Tier
from wod.site import TYPES, Host

SINGLE = ("api_db", "frontends")
"""Roles of which a platform has one host."""


def hosts_of(order: Order) -> list[Host]:
    """Every host that the flags name: those that are installed, and those that they only have to know."""
    hosts = [
        _host(order, "backends", tier, number, order.address if len(order.backends) == 1 else "")
        for number, tier in enumerate(order.backends, order.first)
    ]
    hosts += [_host(order, "api_db", order.apidb)] if order.apidb else []
    hosts += [_host(order, "frontends", order.frontend)] if order.frontend else []
    return hosts + ([Host(order.appliance, "appliances", connector="local")] if order.appliance else [])


def _host(order: Order, role: str, tier: Tier, number: int | None = None, address: str = "") -> Host:
    plain = tier.internal.port is None and tier.internal.proto is None
    return Host(
        tier.name,
        role,
        number,
        internal="" if plain else str(tier.internal),
        external=str(tier.external) if tier.external else "",
        address=address,
        ssh={"ssh_user": order.ssh} if order.ssh else {},
        connector=_connector(order, role),
    )


def _connector(order: Order, role: str) -> str:
    if order.ssh is not None:
        return "ssh"
    return "local" if role == KINDS[order.kind] else "none"


def merged(there: Iterable[Host], wanted: Iterable[Host], place: str) -> list[Host]:
    """The hosts of an inventory with those of an order: what was there stays, in its order; the order's word counts.

    :class:`ProblemsFound` where a name has another role there, or the platform would get a second API or portal.
    """
    known = {host.name: host for host in there}
    problems = []
    for host in wanted:
        problems += list(_conflicts(known, host, place))
        known[host.name] = _joined(known[host.name], host) if host.name in known else host
    if problems:
        raise ProblemsFound(problems)
    return sorted(known.values(), key=lambda host: (list(TYPES).index(host.role), host.number or 0))


def _conflicts(known: dict[str, Host], host: Host, place: str) -> Iterator[Problem]:
    before = known.get(host.name)
    if before is not None and before.role != host.role:
        kinds = f"{TYPES[before.role]} there, and not {TYPES[host.role]}"
        yield Problem(place, f"{host.name} is the {kinds}; each part of a platform has a host of its own")
    for other in known.values():
        if host.role in SINGLE and other.role == host.role and other.name != host.name:
            yield Problem(
                place,
                f"the platform has the {TYPES[host.role]} {other.name}; take it out there, or go on with that name",
            )
        if host.number is not None and other.number == host.number and other.name != host.name:
            yield Problem(place, f"backend {host.number} is {other.name} there; give {host.name} another number (-n)")


def _joined(before: Host, host: Host) -> Host:
    """What an order cannot say is kept; so is what it does not, of a host that it does not install."""
    if host.connector == "none":
        return replace(before, internal=host.internal or before.internal, external=host.external or before.external)
    return replace(
        host,
        address=host.address or before.address,
        settings=before.settings,
        ssh={**before.ssh, **host.ssh},
    )
