"""``wod preflight``: whether hosts can become what they are to be."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from wod.cli import options
from wod.fleet.selection import select
from wod.install.local import local_name
from wod.install.order import KINDS
from wod.inventory import load_site, repository_root
from wod.preflight import table
from wod.preflight.asking import look
from wod.site import Host, Site


@click.command()
@options.inventory
@click.option("--limit", multiple=True, metavar="HOSTS", help="Hosts, patterns or roles, with commas: be1,frontends.")
@click.option(
    "-t", "--type", "kind", type=click.Choice(list(KINDS)), help="This machine as a host of this type, no inventory."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def preflight(inventory: Path, limit: tuple[str, ...], kind: str | None, as_json: bool) -> None:
    """Look whether hosts can be installed: system, sudo, size, names, ports, clock, package sources.

    Nothing is changed. Exit codes: 0 they can (warnings are for you to weigh), 1 something is in the way.
    """
    site = _alone(kind) if kind else load_site(inventory)
    names = [host.name for host in (select(site, limit) if limit else site.hosts) if host.managed]
    found = look(site, names)
    if as_json:
        click.echo(json.dumps({name: [asdict(check) for check in each.checks] for name, each in found.items()}))
    else:
        click.echo("\n".join([*table.lines(found), table.summary(found)]))
    sys.exit(int(any(each.failed for each in found.values())))


def _alone(kind: str) -> Site:
    """This machine as the only host of a platform."""
    host = Host(local_name(), KINDS[kind], connector="local")
    return Site("production", repository_root(), (host,)).resolved({})
