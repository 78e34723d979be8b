"""``wod status``: how every host of a site does."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.console import Console

from wod.cli import options
from wod.errors import BadInput
from wod.fleet import health, metrics, statustable
from wod.fleet.holds import holds
from wod.fleet.selection import select
from wod.fleet.state import folder_of
from wod.fleet.status import Row, Wanted, all_well, drift_of, row, wanted_of
from wod.fleet.survey import SECONDS, survey
from wod.inventory import load_site
from wod.site import Site

WIDE = 200
"""Columns of what is not a terminal."""


@dataclass(frozen=True)
class Question:
    """Which hosts of a site are asked, what each should have (by name), and how many seconds it is given."""

    site: Site
    wanted: dict[str, Wanted]
    timeout: int

    def rows(self) -> list[Row]:
        """The hosts asked once, side by side."""
        folder = folder_of(self.site.group)
        held = {name: str(hold) for name, hold in holds(folder).items()}
        rows = []
        for name, seen in survey(self.site, list(self.wanted), self.timeout).items():
            drift = drift_of(folder.history, name, seen.stamp)
            rows.append(row(self.site.host(name), seen, self.wanted[name], held.get(name, ""), drift))
        return rows

    def unfetched(self) -> Iterator[str]:
        """Why the repositories' commits are not known, once each."""
        yield from dict.fromkeys(each.trouble for each in self.wanted.values() if each.trouble)


@click.command()
@click.option("--limit", multiple=True, metavar="HOSTS", help="Hosts, patterns or roles, with commas: be1,frontends.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--prometheus", "form", flag_value="prometheus", help="Print metrics in Prometheus' text format.")
@click.option("--watch", type=click.IntRange(min=1), metavar="SECONDS", help="Again, so many seconds apart.")
@click.option("--deep", is_flag=True, help="Also start a student's server on each backend, and stop it.")
@click.option("--timeout", type=click.IntRange(min=1), default=int(SECONDS), show_default=True, help="Seconds a host.")
@options.inventory
def status(
    limit: tuple[str, ...], form: str | None, watch: int | None, deep: bool, timeout: int, inventory: Path
) -> None:
    """Show how every host does, and whether it has what the repository has. Nothing is changed.

    --deep does what a participant does: on each backend that is well, the server of the highest free seat is started,
    asked through the proxy and stopped.

    Exit codes: 0 all hosts do their work, 1 some do not or cannot be reached, 2 what was given is wrong. With
    --prometheus it is 0 whatever the hosts say: the metrics do.
    """
    if watch is not None and (form or deep):
        raise BadInput(f"--watch is for people, and asks no more than that; leave --{form or 'deep'} out")
    site = load_site(inventory)
    hosts = select(site, limit) if limit else [host for host in site.hosts if host.managed]
    question = Question(site, {host.name: wanted_of(host) for host in hosts}, timeout)
    if watch is not None:
        again_and_again(question, watch)
        return
    rows = question.rows()
    tell(question, tried(inventory, rows) if deep else rows, form)


def tried(inventory: Path, rows: list[Row]) -> list[Row]:
    """The rows after the deep check of the backends that are well; what it found is their health."""
    names = [row.host for row in rows if row.role == "backends" and row.well]
    found = health.check(inventory, names, deep=True) if names else {}
    return [replace(row, seen=replace(row.seen, health=found.get(row.host, row.seen.health))) for row in rows]


def tell(question: Question, rows: list[Row], form: str | None) -> None:
    """Print the rows, and end with 1 if a host is not well."""
    if form == "prometheus":
        click.echo(metrics.text(rows), nl=False)
        return
    if form == "json":
        click.echo(json.dumps([each.as_dict() for each in rows], indent=1))
    else:
        _show(_console(), question, rows)
    if not all_well(rows):
        sys.exit(1)


def again_and_again(question: Question, pause: int) -> None:
    """Until Ctrl-C. The repositories were asked once, at the start."""
    console = _console()
    try:
        while True:
            rows = question.rows()
            console.clear()
            console.print(time.strftime("%H:%M:%S"))
            _show(console, question, rows)
            time.sleep(pause)
    except KeyboardInterrupt:
        return


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=WIDE)


def _show(console: Console, question: Question, rows: list[Row]) -> None:
    console.print(statustable.table(rows))
    for line in (*statustable.notes(rows), *question.unfetched()):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
