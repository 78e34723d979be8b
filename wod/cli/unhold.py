"""``wod unhold``: let roll-outs and repairs at a host again."""

from __future__ import annotations

from pathlib import Path

import click

from wod.cli import options
from wod.errors import BadInput
from wod.fleet import holds
from wod.fleet.state import folder_of
from wod.inventory import load_site


@click.command()
@click.argument("host")
@options.inventory
def unhold(host: str, inventory: Path) -> None:
    """Let go of HOST: the next roll-out has it again."""
    if not holds.unhold(folder_of(load_site(inventory).group), host):
        raise BadInput(f"{host} is not held; see wod hold --list")
    click.echo(f"{host}: no longer held")
