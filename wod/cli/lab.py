"""``wod lab``: real hosts on this machine, to try a roll-out on."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import timedelta

import click
from rich.console import Console
from rich.table import Table

import wod.lab as the_lab
from wod.cli.group import Group
from wod.cli.labmail import mail
from wod.errors import BadInput
from wod.lab import image, preflight
from wod.lab.hostset import BY_NAME, KNOWN, NAMES, select
from wod.lab.places import places as current_places
from wod.lab.survey import HostStatus
from wod.lab.waiting import ssh_command

hosts_option = click.option("--hosts", metavar="NAMES", help="Hosts, by name, with commas: be1,be2.")


@click.group(cls=Group)
def lab() -> None:
    """Real hosts on this machine, to try a roll-out on.

    Each has systemd, sshd and an address of its own, like a server; Debian 12 and 13 side by side.
    Needs root. The inventory of these hosts is inventories/lab.py.
    """


lab.add_command(mail)


@lab.command()
@hosts_option
@click.option("--subnet", metavar="NET", help="Private network for the hosts; default 10.233.7.0/24.")
@click.option("--from", "snapshot", metavar="SNAPSHOT", help="Start them as they were in this snapshot.")
def up(hosts: str | None, subnet: str | None, snapshot: str | None) -> None:
    """Start hosts (be1 and be2 if none are named) and wait until they can be worked with.

    Builds the base images first, once. Takes over whatever a killed run has left.
    """
    the_lab.up(hosts, net=subnet, snapshot=snapshot, say=click.echo)


@lab.command()
@hosts_option
@click.option("--keep", is_flag=True, help="Keep what the hosts hold, for the next wod lab up.")
def down(hosts: str | None, keep: bool) -> None:
    """Stop hosts (all if none are named) and FORGET what they hold.

    Leaves no process, mount, bridge or firewall table. Base images, keys and snapshots stay.
    """
    the_lab.down(hosts, keep=keep, say=click.echo)


@lab.command()
@click.argument("hosts", nargs=-1)
@click.option("--all", "all_hosts", is_flag=True, help="Every host of the lab.")
@click.option("--to", "snapshot", metavar="SNAPSHOT", help="Back to this snapshot, not to a fresh server.")
def reset(hosts: tuple[str, ...], all_hosts: bool, snapshot: str | None) -> None:
    """Put HOSTS back to fresh servers, in seconds. They keep their addresses and ssh keys."""
    if bool(hosts) == all_hosts:
        raise BadInput("wod lab reset: name the hosts to reset, or say --all")
    the_lab.reset(",".join(hosts), snapshot=snapshot, say=click.echo)


@lab.command()
@click.argument("name")
@hosts_option
@click.option("--replace", is_flag=True, help="Overwrite a snapshot of that name.")
@click.option("--remove", is_flag=True, help="Remove the snapshot instead.")
def snapshot(name: str, hosts: str | None, replace: bool, remove: bool) -> None:
    """Keep what the hosts hold now as NAME; they are restarted for it.

    Later: wod lab reset --all --to NAME, or wod lab up --from NAME.
    """
    if remove:
        the_lab.remove_snapshot(name, say=click.echo)
    else:
        the_lab.snapshot(name, hosts, replace=replace, say=click.echo)


@lab.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> None:
    """Show every host that the lab knows: state, address, snapshots (* the one it was started from)."""
    rows = the_lab.status()
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        Console().print(_table(rows))


def _table(rows: list[HostStatus]) -> Table:
    table = Table(box=None)
    for column in ("host", "role", "suite", "address", "state", "uptime", "pid", "snapshots"):
        table.add_column(column, no_wrap=column != "snapshots")
    for row in rows:
        uptime = "" if row.uptime is None else str(timedelta(seconds=row.uptime))
        pid = "" if row.pid is None else str(row.pid)
        table.add_row(row.host, row.role, row.suite, row.address, row.state, uptime, pid, _snapshots(row))
    return table


def _snapshots(row: HostStatus) -> str:
    """The names, with a star at the one that the host was started from."""
    return ", ".join(f"{name}*" if name == row.snapshot else name for name in row.snapshots)


@lab.command()
@click.argument("host")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def ssh(host: str, command: tuple[str, ...]) -> None:
    """Log in to HOST as the account that roll-outs use, or run COMMAND there: wod lab ssh be1 -- sudo id."""
    if host not in BY_NAME:
        raise BadInput(f"wod lab ssh: there is no host {host!r}; the lab knows {NAMES}")
    placed = {each.name: each for each in the_lab.hosts()}
    if host not in placed or not current_places().lab_key.exists():
        raise BadInput(f"wod lab ssh: {host} was not started; start it with wod lab up --hosts {host}")
    words = [*ssh_command(current_places(), placed[host]), *command]
    os.execvp(words[0], words)  # noqa: S606


@lab.command()
@hosts_option
def build(hosts: str | None) -> None:
    """Build the base images only (of every suite if no hosts are named)."""
    places = current_places()
    preflight.require(places)
    chosen = select(hosts) if hosts else KNOWN
    image.ensure(places, {host.suite for host in chosen}, click.echo)
    click.echo("all base images are ready")
