"""Options that several command groups share."""

from __future__ import annotations

from pathlib import Path

import click

inventory = click.option(
    "-i",
    "--inventory",
    type=click.Path(path_type=Path),
    envvar="WOD_INVENTORY",
    default=Path("inventories/production.py"),
    show_default=True,
    show_envvar=True,
    help="The inventory file.",
)
host = click.option("--host", "name", required=True, help="The host's name in the inventory.")
