"""``wod drift``: what has changed on hosts since they were rolled out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from wod.cli import options
from wod.cli.driftnightly import install, night, tell
from wod.cli.driftoptions import history_of, of_hosts, warn
from wod.cli.group import Group
from wod.errors import BadInput
from wod.fleet import checking, drifttext, page
from wod.fleet import drift as judging
from wod.fleet.checking import Job
from wod.fleet.drift import Report
from wod.fleet.history import History
from wod.fleet.state import folder_of, read_json
from wod.inventory import load_site

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
as_html = click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to this file, too."
)


@click.group(cls=Group)
def drift() -> None:
    """Find what has changed on hosts since they were rolled out, and mend it.

    Exit codes of check and fix: 0 nothing differs (any more), 2 something does, 1 a host could not be judged or mended.
    """


def show(report: Report, as_json: bool, html: Path | None = None) -> None:
    """Print it, write it where that is wanted, and end with its exit code."""
    if html:
        page.write(html, page.of_drift(report, history_of(report).nights()))
    if as_json:
        click.echo(json.dumps(judging.data(report), indent=1))
    else:
        for line in drifttext.text(report):
            click.echo(line)
    sys.exit(judging.exit_code(report))


@drift.command()
@as_json
@as_html
@of_hosts
def check(job: Job, as_json: bool, html: Path | None) -> None:
    """Tell what differs on each host, the worst first. Nothing is changed."""
    show(checking.check(job, warn), as_json, html)


@drift.command()
@click.option("--behind", is_flag=True, help="Bring hosts that are behind the repository up to date, too.")
@as_json
@as_html
@of_hosts
def fix(job: Job, behind: bool, as_json: bool, html: Path | None) -> None:
    """Roll drifted hosts out again; held ones are left alone, and those that are merely behind the repository."""
    show(checking.fix(job, behind, warn), as_json, html)


@drift.command()
@click.option("--host", "name", help="Only this host, with what differed.")
@click.option("--limit", "nights", type=click.IntRange(min=1), default=30, show_default=True, help="How many checks.")
@options.inventory
def history(name: str | None, nights: int, inventory: Path) -> None:
    """Show the last checks, the oldest first."""
    site = load_site(inventory)
    kept = History(folder_of(site.group).history)
    if name is None:
        lines = list(drifttext.nights(kept.nights(nights)))
    else:
        lines = list(drifttext.nights_of(kept.of_host(site.host(name).name, nights)))
    click.echo("\n".join(lines) or "There was no check yet.")


@drift.command()
@as_json
@as_html
@options.inventory
def report(inventory: Path, as_json: bool, html: Path | None) -> None:
    """Show the report of the last check or fix again, without asking any host."""
    folder = folder_of(load_site(inventory).group)
    kept = read_json(checking.last_report(folder))
    if kept is None:
        raise BadInput("there was no check yet; run wod drift check")
    try:
        show(judging.from_data(kept), as_json, html)
    except ValueError:
        raise BadInput(f"{checking.last_report(folder)} is damaged; run wod drift check") from None


for command in (night, tell, install):
    drift.add_command(command)
