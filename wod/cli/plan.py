"""``wod plan``: what a roll-out would change."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from wod.cli import options
from wod.fleet import page
from wod.fleet import plan as planning
from wod.fleet.holds import holds
from wod.fleet.logs import new_folder
from wod.fleet.runs import JOBS, run
from wod.fleet.selection import select
from wod.fleet.state import folder_of
from wod.inventory import load_site


@click.command()
@click.argument("given", metavar="[INVENTORY]", required=False, type=click.Path(path_type=Path))
@options.inventory
@click.option("--limit", multiple=True, metavar="HOST|ROLE", help="Names, patterns or roles, with commas.")
@click.option("--jobs", type=click.IntRange(min=1), default=JOBS, show_default=True, help="Hosts at a time.")
@click.option("--timeout", type=click.FloatRange(min=1), default=600.0, show_default=True, help="Seconds per host.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page into this file, too.")
def plan(
    given: Path | None,
    inventory: Path,
    limit: tuple[str, ...],
    jobs: int,
    timeout: float,
    as_json: bool,
    html: Path | None,
) -> None:
    """Tell what a roll-out would change, host by host, and change nothing.

    Differences of files are shown without secrets. Exit codes: 0 nothing to do, 2 something would change, 1 a host
    could not be judged (the others are shown all the same).
    """
    path = given or inventory
    site = load_site(path)
    folder = folder_of(site.group)
    held = holds(folder)
    names = [host.name for host in select(site, limit)]
    results = run(path, names, "plan", jobs=jobs, seconds=timeout, logs=new_folder(folder, "plans"))
    if html:
        page.write(html, page.of_plan(site.group, results, held))
    if as_json:
        click.echo(json.dumps(planning.data(results, held), indent=1))
    else:
        for line in planning.text(results, held):
            click.echo(line)
    sys.exit(planning.exit_code(results))
