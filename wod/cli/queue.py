"""``wod queue``: the orders that a backend has taken and not yet carried out, and those that it gave up."""

from __future__ import annotations

from pathlib import Path

import click

from wod import shell
from wod.cli import options
from wod.cli.group import Group
from wod.connection import connected, run
from wod.enginesettings import LINK

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
identity = click.argument("request", metavar="ID")


@click.group(cls=Group)
def queue() -> None:
    """See to a backend's orders: those that wait, those under way, and the dead letters."""


def engine(inventory: Path, name: str, *words: str, args: tuple[object, ...] = ()) -> str:
    """What ``wod-engine words… args…`` prints on a backend; ``args`` are the user's and never options."""
    with connected(inventory, name) as (_, connection):
        return run(connection, shell.call(f"{LINK}/bin/wod-engine", *words, args=args))


def _flags(as_json: bool) -> tuple[str, ...]:
    return ("--json",) if as_json else ()


@queue.command(name="list")
@as_json
@options.host
@options.inventory
def list_(as_json: bool, name: str, inventory: Path) -> None:
    """List the orders that wait, are carried out, or were given up, with the reason."""
    click.echo(engine(inventory, name, "queue", "list", *_flags(as_json)))


@queue.command()
@identity
@as_json
@options.host
@options.inventory
def show(request: str, as_json: bool, name: str, inventory: Path) -> None:
    """Show one order: what it asks for, and the steps that are done."""
    click.echo(engine(inventory, name, "queue", "show", *_flags(as_json), args=(request,)))


@queue.command()
@identity
@options.host
@options.inventory
def retry(request: str, name: str, inventory: Path) -> None:
    """Try a dead letter again; the steps that are done are not repeated."""
    click.echo(engine(inventory, name, "queue", "retry", args=(request,)))


@queue.command()
@identity
@options.host
@options.inventory
def drop(request: str, name: str, inventory: Path) -> None:
    """Forget an order that is not under way."""
    click.echo(engine(inventory, name, "queue", "drop", args=(request,)))
