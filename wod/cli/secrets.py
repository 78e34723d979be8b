"""``wod secrets``: what is kept encrypted, shown by name, set, edited, rotated, looked for in clear."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from wod import rotation
from wod.cli import options
from wod.cli.group import Group
from wod.cli.secretscheck import check
from wod.cli.secretsedit import edit, rekey
from wod.cli.settings import View, group_option, host_option, view_of
from wod.errors import BadInput
from wod.previous import KEPT, current, of
from wod.secrets import Secret
from wod.secretstore import SecretStore
from wod.settings import Settings, load, private_dir
from wod.settings.data import holds_secret
from wod.settings.families import is_workshop
from wod.settings.load import secret_store
from wod.settings.schema import SETTINGS, canonical, suggestion
from wod.settings.schema.published import is_published

AGAIN = "WODMAILKEY was new already: until all hosts are rolled out, those that were not refuse each other's orders"


@click.group(cls=Group)
def secrets() -> None:
    """Show, set, rotate and look for secrets.

    They are kept encrypted, in secrets/PLATFORM.yml of the private folder.
    """


for _command in (edit, rekey, check):
    secrets.add_command(_command)


def store_of(view: View) -> SecretStore:
    return secret_store(private_dir(Path()), view.group)


def all_settings(view: View) -> list[Settings]:
    """Those of all hosts, or the platform's where no inventory is looked at."""
    return list(view.hosts.values()) or [load(Path(), view.group)]


@secrets.command("list")
@options.inventory
@group_option
@host_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(inventory: Path, group: str | None, host: str | None, as_json: bool) -> None:
    """List all secrets, where each has its value from, and what is in clear. No value is shown."""
    found = list(_rows(view_of(inventory, group).one(host)))
    if as_json:
        click.echo(json.dumps([dict(zip(("name", "kind", "place", "remark"), row, strict=True)) for row in found]))
        return
    widths = [max(len(row[column]) for row in found) for column in range(3)]
    for row in found:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=False))
        click.echo("  ".join([*cells, row[3]]).rstrip())


def _rows(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    """``(name, kind, place, remark)``: those that wod knows first, then what workshops and the site have."""
    for name, value in settings.items():
        declared = SETTINGS.get(name)
        if declared.secret if declared else holds_secret(value):
            kind = "generated" if declared and declared.generated else "given"
            yield (name, kind, *_state(settings, name))


def _state(settings: Settings, name: str) -> tuple[str, str]:
    entry, value = settings.origin(name), settings[name]
    if value is None:
        return "-", "not set"
    if entry.layer == "default":
        return "-", "made when it is first used"
    if name.removesuffix("BEFORE") in KEPT and name.endswith("BEFORE"):
        return entry.place, f"good until {_moment(of(settings, name).until)}"
    kept = entry.layer == "secrets"
    return entry.place, f"in clear; keep it by: wod secrets set {name}" if not kept and settings.in_clear(name) else ""


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


@secrets.command()
@click.argument("name")
@options.inventory
@group_option
@host_option
def show(name: str, inventory: Path, group: str | None, host: str | None) -> None:
    """Print the value of the secret NAME, and nothing else."""
    view = view_of(inventory, group)
    settings = view.one(host)
    if canonical(name) not in settings:
        raise BadInput(f"there is no setting {name}{suggestion(name, settings)}")
    value = settings[name]
    if value is not None and not isinstance(value, Secret):
        raise BadInput(f"{name} is no secret; see: wod settings explain {name}")
    unmade = settings.origin(name).layer == "default" and canonical(name) not in store_of(view).values()
    if value is None or (unmade and canonical(name) in SETTINGS):
        raise BadInput(f"{name} has no value yet; " + ("a roll-out makes one" if value else f"wod secrets set {name}"))
    click.echo(value.reveal())


@secrets.command("set")
@click.argument("name")
@options.inventory
@group_option
def set_command(name: str, inventory: Path, group: str | None) -> None:
    """Keep a value for the secret NAME: asked for, or read from standard input; never an argument."""
    view = view_of(inventory, group)
    several = all_settings(view)
    known = _nameable(name, several[0])
    value = _asked_for(known)
    until = time.time() + several[0].WODMAILWINDOW * rotation.HOUR
    store = store_of(view)
    store.change(lambda values: rotation.replaced(values, {known: value}, until))
    click.echo(f"{known} is kept in {store.path}; roll out to bring it to the hosts")
    above = [each.origin(known) for each in several if known in each]
    for place in sorted({entry.place for entry in above if entry.layer not in rotation.LOWEST}):
        click.echo(f"wod: {place} gives {known}, too, and wins; remove it there", err=True)


def _nameable(name: str, settings: Settings) -> str:
    """The canonical name of what can be kept: a declared secret, or a name that the site or a workshop may have."""
    known = canonical(name)
    if known in SETTINGS:
        if SETTINGS[known].secret is None:
            raise BadInput(f"{name} is no secret; write it into a settings file")
        return known
    if not is_workshop(known) and not known.startswith(tuple(settings.WODPRIVATEPREFIXES)):
        raise BadInput(
            f"{name} is not a setting{suggestion(name)}; names of your own need a prefix (WODPRIVATEPREFIXES)"
        )
    return known


def _asked_for(name: str) -> str:
    if sys.stdin.isatty():
        value = click.prompt(f"Value of {name}", hide_input=True, confirmation_prompt=True)
    else:
        value = sys.stdin.read().removesuffix("\n")
    if not value or "\0" in value:
        raise BadInput(f"{name}: nothing was given on standard input; nothing was changed")
    if is_published(value):
        raise BadInput(f"{name}: this value is published with the original; choose another one")
    return str(value)


@secrets.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "every", is_flag=True, help="All that wod generates.")
@click.option("--at-once", is_flag=True, help="Old keys count no longer: what is under way is refused.")
@options.inventory
@group_option
def rotate(names: tuple[str, ...], every: bool, at_once: bool, inventory: Path, group: str | None) -> None:
    """Make new values for secrets that wod generates. A roll-out of all roles then brings them to the hosts.

    Hosts work with the old values until they are rolled out. Nobody is logged out of JupyterHub, and no server stops.
    An old WODMAILKEY stays good for WODMAILWINDOW hours, as do the links in mails that were sent.
    """
    view = view_of(inventory, group)
    several = all_settings(view)
    chosen = _chosen(names, every, several)
    until = 0.0 if at_once else time.time() + several[0].WODMAILWINDOW * rotation.HOUR
    if "WODMAILKEY" in chosen and current(several[0], "WODMAILKEYBEFORE"):
        click.echo(f"wod: {AGAIN}", err=True)
    after = store_of(view).change(lambda values: rotation.rotated(values, chosen, until))
    for name in chosen:
        click.echo(f"{name}: a new value; {rotation.RESTARTS[name]}")
    kept = [name for name in KEPT if name in chosen and f"{name}BEFORE" in after]
    before = f" before {_moment(until)}, until when the old {' and '.join(kept)} still counts" if kept else ""
    click.echo(f"now roll out all roles{before}")


def _chosen(names: tuple[str, ...], every: bool, several: list[Settings]) -> list[str]:
    if bool(names) == every:
        raise BadInput("name the secrets to rotate, or say --all")
    for name in names:
        if canonical(name) not in SETTINGS or SETTINGS[canonical(name)].secret is None:
            raise BadInput(f"{name} is not a secret of wod's{suggestion(name)}; see: wod secrets list")
    wanted = rotation.names_of_all() if every else list(dict.fromkeys(map(canonical, names)))
    reasons = {name: reason for name in wanted if (reason := rotation.hindrance(name, several))}
    if reasons and not every:
        raise BadInput("\n".join(reasons.values()))
    for reason in reasons.values():
        click.echo(f"wod: left as it is: {reason}", err=True)
    return [name for name in wanted if name not in reasons]
