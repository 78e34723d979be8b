"""``wod rollout``: a site in waves, with a look at each before the next."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.live import Live

from wod.cli import options, rolloutback
from wod.errors import BadInput
from wod.fleet import given, page, past, record, runs
from wod.fleet.holds import holds
from wod.fleet.lock import locked
from wod.fleet.progress import Lines, Screen, line_of
from wod.fleet.record import Intent, Record
from wod.fleet.result import HostResult
from wod.fleet.rollout import Order, Report, roll_out
from wod.fleet.selection import select
from wod.fleet.state import Folder, folder_of
from wod.fleet.waves import canaries, waves
from wod.fleet.ways import Here, Way
from wod.inventory import load_site
from wod.site import Site


@click.command()
@options.inventory
@click.option("--limit", multiple=True, help="Only these hosts: names, patterns or roles, with commas between them.")
@click.option("--canary", default="", metavar="N|P%|NAMES", help="The hosts that go first, and alone.")
@click.option("--wave", default="", metavar="N|P%", help="How many hosts each further wave has; all without it.")
@click.option("--max-failures", type=click.IntRange(min=0), help="Stop once more hosts than this failed (0).")
@click.option("--jobs", type=click.IntRange(min=1), default=runs.JOBS, show_default=True, help="Hosts at a time.")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=runs.SECONDS, show_default=True, help="Seconds a host."
)
@click.option("--deep", is_flag=True, help="After each wave, also start and stop a student's server on its backends.")
@click.option("--resume", is_flag=True, help="Go on with the last roll-out: what it did well is not done again.")
@click.option("--to", default="", metavar="REVISION", help="Back to this revision, or to this earlier roll-out.")
@click.option("--list", "listed", is_flag=True, help="Show earlier roll-outs, the newest first; do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON; progress goes to standard error.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page into this file, too.")
def rollout(
    inventory: Path,
    limit: tuple[str, ...],
    canary: str,
    wave: str,
    max_failures: int | None,
    jobs: int,
    timeout: float,
    deep: bool,
    resume: bool,
    to: str,
    listed: bool,
    yes: bool,
    as_json: bool,
    html: Path | None,
) -> None:
    """Roll out all hosts, in waves; each wave is looked at before the next begins.

    Exit codes: 0 all is done, 1 some hosts failed or were not begun, 2 nothing was touched.
    """
    site = load_site(inventory)
    folder = folder_of(site.group)
    if listed:
        click.echo("\n".join(past.lines(folder)) or "nothing was rolled out yet by wod rollout")
        return
    console = Console(stderr=as_json)
    with locked(folder, "wod rollout") as dead:
        if dead:
            console.print(f"The last roll-out, of {dead}, was cut off.", highlight=False, soft_wrap=True)
        before = record.latest(folder) if resume else None
        intent = _intent(site, limit, canary, wave, max_failures, before)
        back = rolloutback.prepared(folder, site, inventory, intent.hosts, to, before)
        way = back.way if back else Here()
        order = _order(site, folder, inventory, intent, before, jobs, timeout, way)
        if back:
            back.tell(console)
        _ask(order, console, yes)
        if html:
            page.require(html)
        kept = before or record.begin(folder, intent.hosts, intent.canary, intent.wave, intent.max_failures)
        given.write(kept, back.gives if back else given.complete(site, intent.hosts))
        with _watched(console, order) as watcher:
            report = roll_out(order, kept, partial(way.check, deep=True) if deep else way.check, watcher)
    _print(report, kept, console, as_json)
    if html:
        page.write(html, page.of_rollout(site.group, report))
    if back:
        back.tell_after(console)
    sys.exit(report.exit_code)


def _intent(
    site: Site, limit: tuple[str, ...], canary: str, wave: str, max_failures: int | None, before: Record | None
) -> Intent:
    """What is asked for; a resumed roll-out keeps what it was begun with, where nothing else is said."""
    if before is None:
        hosts = tuple(host.name for host in select(site, limit))
        return Intent(hosts, canary, wave, max_failures or 0, "", "")
    intent = before.intent()
    hosts = tuple(host.name for host in select(site, limit or intent.hosts))
    allowed = intent.max_failures if max_failures is None else max_failures
    wanted = replace(intent, hosts=hosts, max_failures=allowed)
    return replace(wanted, canary=canary or intent.canary, wave=wave or intent.wave)


def _order(
    site: Site,
    folder: Folder,
    inventory: Path,
    intent: Intent,
    before: Record | None,
    jobs: int,
    seconds: float,
    way: Way,
) -> Order:
    members = {host: site.host(host) for host in intent.hosts}
    held = {host: str(each) for host, each in holds(folder).items() if host in members}
    fingerprints = {host: way.fingerprint(member) for host, member in members.items()}
    free = {host: print_ for host, print_ in fingerprints.items() if host not in held}
    done = _still_well(way, inventory, before.done(free)) if before else {}
    roles = {host: member.role for host, member in members.items()}
    trial = any(host not in done for host in canaries(roles, intent.canary, held))
    planned = waves(roles, intent.canary, intent.wave, held)
    left = [[host for host in wave if host not in done] for wave in planned]
    todo = [wave for wave in left if wave]
    return Order(inventory, todo, roles, fingerprints, jobs, seconds, intent.max_failures, trial, held, done, way)


def _still_well(way: Way, inventory: Path, done: dict[str, HostResult]) -> dict[str, HostResult]:
    """Killed in time, a roll-out has not looked at what it did: what is not healthy now is done again."""
    wrong = way.check(inventory, list(done)) if done else {}
    return {host: result for host, result in done.items() if not wrong.get(host)}


def _ask(order: Order, console: Console, yes: bool) -> None:
    for number, hosts in enumerate(order.waves, 1):
        trial = " (canary)" if order.canary and number == 1 else ""
        console.print(f"wave {number}{trial}: {', '.join(hosts)}", highlight=False, soft_wrap=True, markup=False)
    for host, why in order.held.items():
        console.print(f"{host} is {why}", style="yellow", highlight=False, soft_wrap=True, markup=False)
    if order.done:
        console.print(f"done before: {', '.join(order.done)}", highlight=False, soft_wrap=True, markup=False)
    if yes or not order.waves:
        return
    if not sys.stdin.isatty():
        raise BadInput("nobody is there to agree; say --yes to roll out without being asked")
    click.confirm("Roll out?", abort=True, err=True)


@contextlib.contextmanager
def _watched(console: Console, order: Order) -> Iterator[Lines]:
    if not console.is_terminal:
        yield Lines(console)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield Screen(console, live, sum(map(len, order.waves)))


def _print(report: Report, kept: Record, console: Console, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=1))
        return
    console.print()
    for result in report.slowest_first:
        console.print(line_of(result), markup=False, highlight=False, soft_wrap=True)
    console.print(f"\n{report.summary}", highlight=False, soft_wrap=True)
    if report.stopped:
        console.print(f"stopped: {report.stopped}; go on with --resume", markup=False, highlight=False, soft_wrap=True)
    console.print(f"logs: {kept.logs}", markup=False, highlight=False, soft_wrap=True)
