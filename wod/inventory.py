"""A site's hosts and their merged settings, as pyinfra groups and data.

An inventory file is a few lines (see ``inventories/``)::

    globals().update(build("production", [Host("be1.example.org", number=1), Host("api.example.org", role="api_db")]))
"""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import click
import pyinfra

from wod import ssh
from wod.errors import BadInput, ProblemsFound, WodError
from wod.settings import Settings, private_dir
from wod.site import ROLES, Host, Site, SiteHost, plain_name

__all__ = ["Host", "Site", "SiteHost", "build", "load_site", "plain_name", "root_of", "settings_of", "siblings"]

TEMP_DIR = "/var/lib/wod/tmp"
"""Where pyinfra puts uploads on a host: 0700, the connecting account's, made by the system module."""


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
        if host.managed:
            groups[host.role].append((host.declared.pyinfra_name, pyinfra_data(host, site)))
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
    """The folder that has group_vars/: the current one (pyinfra is run there), else the one this package lies in.

    A private repository has group_vars/, too, and goes over those here.
    """
    here, ours = Path.cwd(), Path(__file__).resolve().parent.parent
    return here if (here / "group_vars").is_dir() and here != private_dir(ours).resolve() else ours


def load_site(path: Path, override: Mapping[str, object] | None = None) -> Site:
    """The site that an inventory file describes; :class:`BadInput` or :class:`ProblemsFound` if it is wrong."""
    if not path.is_file():
        raise BadInput(f"{path}: there is no such inventory; name one with -i or WOD_INVENTORY")
    token = _OVERRIDE.set(override or {})
    try:
        site = runpy.run_path(str(path)).get("_site")
    except WodError:
        raise
    except Exception as error:  # whatever Python says of what somebody wrote
        raise BadInput(f"{path}: {str(error) or type(error).__name__}") from error
    finally:
        _OVERRIDE.reset(token)
    if not isinstance(site, Site):
        raise BadInput(f"{path}: it has no line globals().update(build(...)); see inventories/production.py")
    return site


def settings_of(host: Any) -> Settings:
    """The merged settings of a pyinfra host, ``--data`` included."""
    return member_of(host).settings


def member_of(host: Any) -> SiteHost:
    """A pyinfra host as a host of its site, ``--data`` included."""
    overrides = _settings_in(host.inventory.get_override_data())
    return _with_override(host.data.wod_site, json.dumps(overrides, sort_keys=True)).host(host.name)


@cache
def _with_override(key: str, override: str) -> Site:
    site, values = _SITES[key], json.loads(override)
    return site.resolved(values) if values else site


def siblings(host: Any) -> tuple[SiteHost, ...]:
    """All hosts of the site that a pyinfra host belongs to, itself included."""
    return _SITES[host.data.wod_site].hosts


def root_of(host: Any) -> Path:
    """The folder that has the settings of a pyinfra host's site."""
    return _SITES[host.data.wod_site].root
