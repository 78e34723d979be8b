"""``wod drift install``, and what its units run."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import click

from wod import vaultkey
from wod.cli import options
from wod.cli.driftoptions import history_of, of_hosts, warn
from wod.errors import BadInput, WodError
from wod.fleet import checking, drifttext, mails, nightly, page, post
from wod.fleet import drift as judging
from wod.fleet.checking import Job
from wod.fleet.state import folder_of
from wod.inventory import load_site
from wod.repos import cache_folder
from wod.settings import private_dir
from wod.site import Site

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
always_on = click.option("--always-on", default="", metavar="DAYS", help="Mail on these days in any case: mon,thu.")


@click.command()
@click.option("--fix", "mend", is_flag=True, help="Mend what has drifted.")
@always_on
@of_hosts
def night(job: Job, mend: bool, always_on: str) -> None:
    """What the timer runs: check or fix, and mail the report if there is something to say.

    Ends with 0 when the work was done and the mail sent, whatever was found.
    """
    days = _days(always_on)
    site = load_site(job.inventory)
    to = post.of_site(site)
    post.keep(folder_of(site.group), to)
    found = checking.fix(job, warn=warn) if mend else checking.check(job, warn)
    click.echo(drifttext.plain(found), nl=False)
    if judging.worth_a_mail(found) or DAYS[datetime.now().weekday()] in days:
        subject = f"Drift of {found.platform}: {judging.summary(found.hosts)}"
        drawn = page.of_drift(found, history_of(found).nights())
        mails.send(to, mails.compose(to, subject, drifttext.plain(found), drawn))


def _days(text: str) -> list[str]:
    days = [day for day in text.lower().replace(" ", "").split(",") if day]
    unknown = [day for day in days if day not in DAYS]
    if unknown:
        raise BadInput(f"{', '.join(unknown)}: no day of the week; days are {', '.join(DAYS)}")
    return days


@click.command()
@click.argument("unit")
@click.option("--platform", required=True, help="The platform's name, as the inventory has it.")
@options.inventory
def tell(unit: str, platform: str, inventory: Path) -> None:
    """What runs when the nightly look failed: mail the last lines that UNIT said.

    If the inventory or the settings are what is broken, it goes to whom, and by which server, the last night's would.
    """
    try:
        to = post.of_site(load_site(inventory))
    except WodError:
        to = post.kept(folder_of(platform))
    text = f"{unit} failed on {os.uname().nodename}. Its last words:\n\n{_last_words(unit)}"
    mails.send(to, mails.compose(to, f"Drift of {platform} could not be looked for", text))


def _last_words(unit: str) -> str:
    """Of the run that failed, if systemd says which that was (version 251 and newer); else of the unit."""
    run = os.environ.get("MONITOR_INVOCATION_ID")
    which = [f"_SYSTEMD_INVOCATION_ID={run}", "+", f"INVOCATION_ID={run}"] if run else ["-u", unit]
    subprocess.run(["journalctl", "--sync"], capture_output=True, timeout=60)
    command = ["journalctl", "--no-pager", "-n", "50", *which]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


@click.command()
@click.option("--at", default="02:00", show_default=True, metavar="HH:MM", help="The earliest moment of the night.")
@click.option("--fix", "mend", is_flag=True, help="Mend what has drifted.")
@click.option("--print", "only_print", is_flag=True, help="Only print the units.")
@always_on
@options.inventory
def install(at: str, mend: bool, only_print: bool, always_on: str, inventory: Path) -> None:
    """Look for drift every night: write a systemd service and timer of this machine, and start the timer.

    Each site runs at a minute of its own within the hour after --at. A run that fails is told by mail.
    """
    site = load_site(inventory)
    to = post.of_site(site)
    mails.compose(to, "", "")  # refused now, if nobody is to get it
    wanted = _nightly(site, inventory.resolve(), at, mend, ",".join(_days(always_on)), mails.by_sendmail(to))
    if only_print:
        for name, text in nightly.units(wanted, Path(sys.argv[0]).resolve()).items():
            click.echo(f"# {name}\n{text}")
        return
    written = nightly.install(wanted)
    post.keep(folder_of(site.group), to)
    click.echo(f"{wanted.name}.timer runs at {nightly.moment(at, site.group)}; " + (", ".join(written) or "no changes"))


def _nightly(site: Site, inventory: Path, at: str, mend: bool, days: str, sendmail: bool) -> nightly.Nightly:
    """With this shell's WOD_… variables, and the folders that a run writes to."""
    state, cache = folder_of(site.group).path.resolve(), cache_folder().resolve()
    environment = {key: value for key, value in os.environ.items() if key.startswith("WOD_")} | _key(site.group)
    environment |= {"WOD_STATE": str(state.parent), "WOD_CACHE": str(cache.parent)}
    writable = (private_dir(site.root), cache, Path.home() / ".ssh")
    folders = (site.root, state, writable)
    return nightly.Nightly(site.group, inventory, *folders, at, mend, days, sendmail=sendmail, environment=environment)


def _key(group: str) -> dict[str, str]:
    """Where the unit finds the key of the secrets. Not the key itself: everybody can read a unit's environment."""
    if os.environ.get(vaultkey.VALUE):
        raise BadInput(
            f"{vaultkey.VALUE} would stand in a unit that everybody can read; put the key into a file of mode 0600, "
            f"name that in {vaultkey.FILE}, and unset {vaultkey.VALUE}"
        )
    found = vaultkey.find(group)
    return {vaultkey.FILE: str(found.path.absolute())} if found and found.path else {}
