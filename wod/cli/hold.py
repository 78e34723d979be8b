"""``wod hold``: keep a host out of roll-outs and repairs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from wod.cli import options
from wod.errors import BadInput
from wod.fleet import holds
from wod.fleet.state import folder_of
from wod.inventory import load_site


@click.command()
@click.argument("host", required=False)
@click.option("--reason", default="", help="Why; everyone who rolls out reads it.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="The last day on which it is held, such as 2027-01-31.",
)
@click.option("--list", "listed", is_flag=True, help="Show which hosts are held.")
@options.inventory
def hold(host: str | None, reason: str, until: datetime | None, listed: bool, inventory: Path) -> None:
    """Keep HOST out of roll-outs and of the repair of drift, for a reason and until a day."""
    site = load_site(inventory)
    folder = folder_of(site.group)
    if listed:
        for each in holds.holds(folder).values():
            click.echo(f"{each.host}: {each}")
        return
    if host is None or until is None:
        raise BadInput("say which host, why and until when: wod hold HOST --reason TEXT --until 2027-01-31")
    click.echo(f"{host}: {holds.hold(folder, site.host(host).name, reason, until.date())}")
