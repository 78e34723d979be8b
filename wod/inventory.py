"""A site's hosts and their merged settings, as pyinfra groups and data.

An inventory file is a few lines (see ``inventories/``)::

    globals().update(build("production", [Host("be1.example.org", number=1), Host("api.example.org", role="api_db")]))
"""

from __future__ import annotations

import json
import runpy
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import click
import pyinfra

from wod import ssh
from wod.endpoint import Endpoint
from wod.errors import BadInput, Problem, ProblemsFound
from wod.settings import Settings, collect, load, overlaps

ROLES = ("backends", "api_db", "frontends", "appliances")
PREFIXES = {"backends": "WODBE", "api_db": "WODAPIDB", "frontends": "WODFE"}
TYPES = {"backends": "backend", "api_db": "api-db", "frontends": "frontend", "appliances": "appliance"}
"""Role → the original installer's -t."""
TEMP_DIR = "/var/lib/wod/tmp"
"""Where pyinfra puts uploads on a host: 0700, the connecting account's, made by the system module."""


@dataclass(frozen=True)
class Host:
    """One host of a site.

    ``name`` is what ``--limit`` takes; ``internal`` and ``external`` are ``host[:port[:proto]]`` (the original
    installer's -b/-a/-f and -j/-e/-w; ``internal`` defaults to the name). ``number`` counts the backends from 1.
    ``address`` is where SSH finds the host when its name does not resolve. ``settings`` are values of this host alone,
    ``ssh`` pyinfra's connection data (ssh_user, ssh_key, ssh_port, …).
    """

    name: str
    role: str = "backends"
    number: int | None = None
    internal: str = ""
    external: str = ""
    address: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    ssh: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class SiteHost:
    """A host of a site with its merged settings."""

    declared: Host
    settings: Settings

    @property
    def name(self) -> str:
        return self.declared.name

    @property
    def role(self) -> str:
        return self.declared.role


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
        hosts = tuple(SiteHost(host, values) for host, values in zip(self.declared, settings, strict=True))
        problems = overlaps([_range(host) for host in hosts if host.role == "backends"])
        if problems:
            raise ProblemsFound(problems)
        return replace(self, hosts=hosts)

    def _load(self, host: Host, override: Mapping[str, object]) -> Settings:
        generated = _generated(host, self.declared)
        own = dict(host.settings)
        return load(self.root, self.group, generated=generated, host=own, override=override, host_name=host.name)


def _host_problems(hosts: Iterable[Host]) -> Iterator[Problem]:
    hosts = list(hosts)
    backends = [host for host in hosts if host.role == "backends"]
    for name, count in Counter(host.name for host in hosts).items():
        if count > 1:
            yield Problem(f"inventory, host {name}", "the host is there twice; give each host one name")
    for number, count in Counter(host.number for host in backends if host.number).items():
        if count > 1:
            yield Problem("inventory", f"number={number} is given to {count} backends; each needs one of its own")
    for host in hosts:
        place = f"inventory, host {host.name}"
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
    if host.role == "backends" and host.address:
        values["WODBEIP"] = host.address
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


def pyinfra_data(host: SiteHost, site: Site) -> dict[str, object]:
    """pyinfra's host data: the flat settings, how to connect, and the arguments that every operation gets."""
    return {
        **host.settings.as_data(),
        "ssh_hostname": host.declared.address or plain_name(host.declared),
        "ssh_paramiko_connect_kwargs": {"transport_factory": ssh.transport},
        **host.declared.ssh,
        "_sudo": True,
        "_temp_dir": TEMP_DIR,
        "wod_site": site.key,
    }


_OVERRIDE: ContextVar[Mapping[str, object]] = ContextVar("override", default={})  # noqa: B039 - never changed
_SITES: dict[str, Site] = {}


def build(group: str, hosts: Iterable[Host], root: Path | None = None) -> dict[str, Any]:
    """The pyinfra groups of a site: a list of ``(name, data)`` per role.

    Under the pyinfra command line, bad settings or hosts are printed, all at once, and end it with exit code 2.
    """
    try:
        override = {**_OVERRIDE.get(), **_data_of_command_line()}
        site = Site(group, root or repository_root(), tuple(hosts)).resolved(override)
    except (BadInput, ProblemsFound) as error:
        if not pyinfra.is_cli:
            raise
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    _SITES[site.key] = site
    groups: dict[str, Any] = {role: [] for role in ROLES}
    for host in site.hosts:
        groups[host.role].append((host.name, pyinfra_data(host, site)))
    return {role: members for role, members in groups.items() if members} | {"_site": site}


def _data_of_command_line() -> dict[str, object]:
    """What ``pyinfra --data`` says, so that it is refused here if it is wrong, before any host is touched."""
    context = click.get_current_context(silent=True) if pyinfra.is_cli else None
    if context is None:
        return {}
    from pyinfra_cli.util import parse_cli_arg  # importing it patches the standard library for gevent

    pairs = (text.partition("=") for text in context.params.get("data") or ())
    return _settings_in({key: parse_cli_arg(value) for key, _, value in pairs})


def _settings_in(data: Mapping[str, object]) -> dict[str, object]:
    """Without what is pyinfra's: its global arguments and how to connect."""
    return {key: value for key, value in data.items() if not key.startswith(("_", "ssh_", "wod_"))}


def repository_root() -> Path:
    """The folder that has group_vars/: the current one (pyinfra is run there), else the one this package lies in."""
    here = Path.cwd()
    return here if (here / "group_vars").is_dir() else Path(__file__).resolve().parent.parent


def load_site(path: Path, override: Mapping[str, object] | None = None) -> Site:
    """The site that an inventory file describes; :class:`BadInput` or :class:`ProblemsFound` if it is wrong."""
    if not path.is_file():
        raise BadInput(f"{path}: there is no such inventory; name one with -i or WOD_INVENTORY")
    token = _OVERRIDE.set(override or {})
    try:
        site = runpy.run_path(str(path)).get("_site")
    except (SyntaxError, NameError, TypeError) as error:
        raise BadInput(f"{path}: {error}") from error
    finally:
        _OVERRIDE.reset(token)
    if not isinstance(site, Site):
        raise BadInput(f"{path}: it has no line globals().update(build(...)); see inventories/production.py")
    return site


def settings_of(host: Any) -> Settings:
    """The merged settings of a pyinfra host, ``--data`` included."""
    overrides = _settings_in(host.inventory.get_override_data())
    return _with_override(host.data.wod_site, json.dumps(overrides, sort_keys=True)).host(host.name).settings


@cache
def _with_override(key: str, override: str) -> Site:
    site, values = _SITES[key], json.loads(override)
    return site.resolved(values) if values else site


def siblings(host: Any) -> tuple[SiteHost, ...]:
    """All hosts of the site that a pyinfra host belongs to, itself included."""
    return _SITES[host.data.wod_site].hosts
