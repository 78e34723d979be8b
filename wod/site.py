"""A site: its hosts as an inventory declares them, checked, each with its merged settings. No pyinfra here."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from wod.endpoint import Endpoint
from wod.errors import BadInput, Problem, ProblemsFound
from wod.settings import Settings, collect, load, overlaps

ROLES = ("backends", "api_db", "frontends", "appliances")
PREFIXES = {"backends": "WODBE", "api_db": "WODAPIDB", "frontends": "WODFE"}
TYPES = {"backends": "backend", "api_db": "api-db", "frontends": "frontend", "appliances": "appliance"}
"""Role → the original installer's -t."""
CONNECTORS = ("ssh", "local", "none")


@dataclass(frozen=True)
class Host:
    """One host of a site.

    ``name`` is what ``--limit`` takes; ``internal`` and ``external`` are ``host[:port[:proto]]`` (the original
    installer's -b/-a/-f and -j/-e/-w; ``internal`` defaults to the name). ``number`` counts the backends from 1.
    ``address`` is where SSH finds the host when its name does not resolve: an IP address, or another name. ``settings``
    are values of this host alone, ``ssh`` pyinfra's connection data (ssh_user, ssh_key, ssh_port, …). ``connector`` is
    how it is reached: by ``ssh``; ``local``: it is this machine; ``none``: another machine rolls it out, and it is here
    only for its names and addresses, which the others need.
    """

    name: str
    role: str = "backends"
    number: int | None = None
    internal: str = ""
    external: str = ""
    address: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    ssh: Mapping[str, object] = field(default_factory=dict)
    connector: str = "ssh"

    @property
    def pyinfra_name(self) -> str:
        """What pyinfra's inventory has for it; the host's name there is plain."""
        return f"@here/{self.name}" if self.connector == "local" else self.name

    @property
    def ip(self) -> str:
        """The address where it is one; empty where SSH is given another name."""
        try:
            return str(ip_address(self.address))
        except ValueError:
            return ""


@dataclass(frozen=True)
class SiteHost:
    """A host of a site with its merged settings; ``site`` is a digest of all the site's hosts and theirs."""

    declared: Host
    settings: Settings
    site: str = ""

    @property
    def name(self) -> str:
        return self.declared.name

    @property
    def role(self) -> str:
        return self.declared.role

    @property
    def managed(self) -> bool:
        """Whether it is rolled out from here."""
        return self.declared.connector != "none"

    def digest(self) -> str:
        """The same for the same settings and the same site, whatever the secrets are: a host is told of the others."""
        return _digest(self.settings.digest(), self.site)


@dataclass(frozen=True)
class Site:
    """A platform: the group its settings are named after, and its hosts."""

    group: str
    root: Path
    declared: tuple[Host, ...]
    hosts: tuple[SiteHost, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.group}@{self.root}"

    def host(self, name: str) -> SiteHost:
        """The host of that name; :class:`BadInput` names those there are."""
        for host in self.hosts:
            if host.name == name:
                return host
        raise BadInput(f"there is no host {name} in this inventory; it has {', '.join(h.name for h in self.hosts)}")

    def resolved(self, override: Mapping[str, object]) -> Site:
        """The same site with every host's settings merged, ``override`` (``--data``) on top; all problems at once."""
        problems = list(_host_problems(self.declared))
        if problems:
            raise ProblemsFound(problems)
        loads = [partial(self._load, host, override) for host in self.declared]
        settings = collect(loads)
        pairs = list(zip(self.declared, settings, strict=True))
        site = _digest(*(f"{host.name} {host.role} {host.address} {values.digest()}" for host, values in pairs))
        hosts = tuple(SiteHost(host, values, site) for host, values in pairs)
        problems = overlaps([_range(host) for host in hosts if host.role == "backends"])
        if problems:
            raise ProblemsFound(problems)
        return replace(self, hosts=hosts)

    def _load(self, host: Host, override: Mapping[str, object]) -> Settings:
        generated = _generated(host, self.declared)
        own = dict(host.settings)
        return load(self.root, self.group, generated=generated, host=own, override=override, host_name=host.name)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _host_problems(hosts: Iterable[Host]) -> Iterator[Problem]:
    hosts = list(hosts)
    backends = [host for host in hosts if host.role == "backends"]
    for name, count in Counter(host.name for host in hosts).items():
        if count > 1:
            yield Problem(f"inventory, host {name}", "the host is there twice; give each host one name")
    for number, count in Counter(host.number for host in backends if host.number).items():
        if count > 1:
            yield Problem("inventory", f"number={number} is given to {count} backends; each needs one of its own")
    if sum(host.connector == "local" for host in hosts) > 1:
        yield Problem("inventory", 'several hosts have connector="local", but only one of them is this machine')
    for host in hosts:
        place = f"inventory, host {host.name}"
        if host.connector not in CONNECTORS:
            yield Problem(place, f"connector={host.connector!r} is none of {', '.join(CONNECTORS)}")
        if host.role not in ROLES:
            yield Problem(place, f"role={host.role!r} is none of {', '.join(ROLES)}")
        if host.role != "backends" and host.number is not None:
            yield Problem(place, "only backends have a number")
        if host in backends and len(backends) > 1 and host.number is None:
            yield Problem(place, "with several backends each needs number=1, 2, … (its students' ids follow from it)")
        if host.number is not None and host.number < 1:
            yield Problem(place, f"number={host.number}: backends are counted from 1")
        yield from _endpoint_problems(host, place)


def _endpoint_problems(host: Host, place: str) -> Iterator[Problem]:
    given = {"name": plain_name(host)} if not host.internal else {"internal": host.internal}
    for key, text in {**given, **({"external": host.external} if host.external else {})}.items():
        try:
            Endpoint.parse(text)
        except ValueError as error:
            yield Problem(place, f"{key}={error}")


def plain_name(host: Host) -> str:
    """The name without pyinfra's connector prefix: ``@fake/be1`` is be1, ``@local`` this machine's own name."""
    return host.name.rpartition("/")[2].lstrip("@")


def _addresses(host: Host) -> dict[str, object]:
    """What the host's own entry says of its tier's names, ports and protocols."""
    prefix = PREFIXES.get(host.role)
    if prefix is None:
        return {}
    values = Endpoint.parse(host.internal or plain_name(host)).settings(prefix)
    if host.external:
        values |= Endpoint.parse(host.external).settings(prefix + "EXT")
    if host.role == "backends" and host.ip:
        values["WODBEIP"] = host.ip
    return values


def _generated(host: Host, hosts: Iterable[Host]) -> dict[str, object]:
    """What follows from the inventory for one host: the addresses of every tier, its own ones first, and BASESTDID."""
    values: dict[str, object] = {"WODTYPE": TYPES[host.role]}
    for role in PREFIXES:
        same_tier = [other for other in hosts if other.role == role]
        for other in [host] if host.role == role else same_tier[:1]:
            values |= _addresses(other)
    if host.number is not None:
        values["BASESTDID"] = f"{{{{ {host.number - 1} * USERMAX }}}}"
    return values


def _range(host: SiteHost) -> tuple[str, int, int, str]:
    winner = host.settings.explain("BASESTDID")[0]
    return host.name, host.settings.BASESTDID, host.settings.USERMAX, winner.place
