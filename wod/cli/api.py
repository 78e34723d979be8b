"""``wod api``: the API's database, by `wod-api` on the api-db host."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from wod import apihost
from wod.apihost import Answer
from wod.cli import options
from wod.cli.group import Group
from wod.errors import BadInput, WodError
from wod.inventory import load_site
from wod.settings import Settings

host_option = click.option("--host", "name", help="The API's host; needed only if the inventory has several.")


@click.group(cls=Group)
def api() -> None:
    """Back the API's database up, restore it, and compare it with the site.

    Exit codes: 0 done, 1 something was found that is not mended, 2 it could not be done.
    """


def on_host(function: Callable[..., Any]) -> Callable[..., Any]:
    return host_option(options.inventory(function))


def ending(answer: Answer) -> None:
    """Print what the host said, and end with its exit code."""
    click.echo(answer.text, err=answer.code == 2)
    if answer.code:
        sys.exit(answer.code)


def told(inventory: Path, name: str | None, *words: str, args: tuple[object, ...] = ()) -> Answer:
    """``wod-api words… args…`` on the site's api-db host."""
    with apihost.connection(inventory, load_site(inventory), name) as (_, host):
        return apihost.tell(host, *words, args=args)


@api.command()
@click.option("--fetch", type=click.Path(path_type=Path, file_okay=False), help="Bring it into this folder, too.")
@on_host
def backup(fetch: Path | None, name: str | None, inventory: Path) -> None:
    """Make a backup of the database on its host, now.

    Every night one is made anyway. The newest WODBACKUPKEEP are kept.
    """
    with apihost.connection(inventory, load_site(inventory), name) as (settings, host):
        answer = apihost.tell(host, "backup", "--keep", str(settings.WODBACKUPKEEP))
        made = answer.text.partition("\n")[0]
        if answer.code == 0 and fetch:
            click.echo(_write(fetch, made, apihost.fetch(host, made)))
    ending(answer)


def _write(folder: Path, name: str, content: bytes) -> Path:
    """For the operator's eyes only: a dump holds mail addresses and passwords' hashes."""
    if not apihost.DUMP.fullmatch(name):
        raise WodError(f"{name!r} is no backup's name")
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise WodError(f"{path} cannot be written: {error.strerror}") from None
    return path


@api.command()
@on_host
def backups(name: str | None, inventory: Path) -> None:
    """List the backups on the host, the newest first, with their sizes in bytes."""
    ending(told(inventory, name, "backup", "--list"))


@api.command()
@click.argument("file")
@on_host
@click.confirmation_option(prompt="This replaces all that is in the database. Go on?")
def restore(file: str, name: str | None, inventory: Path) -> None:
    """Put backup FILE in the place of what is in the database.

    FILE is a file here, or the name of a backup on the host. The API and the life cycle stand still meanwhile. What was
    there before is backed up first; if the restore fails, it is still there.
    """
    chosen = source(file)
    with apihost.connection(inventory, load_site(inventory), name) as (settings, host):
        answer = apihost.restore(host, settings, chosen)
    ending(answer)


def source(file: str) -> str | Path:
    """A file of this machine as a path, the name of a backup on the host as a text. BadInput for anything else."""
    if Path(file).is_file():
        return Path(file)
    if apihost.DUMP.fullmatch(file):
        return file
    raise BadInput(f"{file} is neither a file here nor a backup's name; wod api backups lists those on the host")


@api.command()
@click.option("--apply", is_flag=True, help="Repair it, and bring the tables to this release's form.")
@on_host
def adopt(apply: bool, name: str | None, inventory: Path) -> None:
    """Tell what an original's database leaked, one line each."""
    ending(told(inventory, name, "adopt", *(["--apply"] if apply else [])))


@api.command()
@click.option("--dry-run", is_flag=True, help="Only print.")
@on_host
def sync(dry_run: bool, name: str | None, inventory: Path) -> None:
    """Bring workshops, backends, students and the site's accounts into the database.

    They come from the content repositories, which are fetched, the inventory and the settings.
    """
    site = load_site(inventory)
    catalogue = _catalogue(site.host(apihost.name_of(site, name)).settings, site.hosts)
    with apihost.connection(inventory, site, name) as (_, host):
        answer = apihost.tell(host, "sync", *(["--dry-run"] if dry_run else []), "-", stdin=catalogue)
    ending(answer)


def _catalogue(settings: Settings, hosts: Any) -> str:
    from wod.apicatalogue import catalogue  # late: it takes a while to import

    return catalogue(settings, hosts)


@api.command()
@click.option("--repair", is_flag=True, help="Mend what can be mended.")
@on_host
def reconcile(repair: bool, name: str | None, inventory: Path) -> None:
    """Compare the database's seats with what every backend's Hub says.

    Seats of a backend that does not answer are not judged by it; why it did not is told.
    """
    site = load_site(inventory)
    chosen = apihost.name_of(site, name)
    seen, silent = apihost.running_servers(inventory, [host for host in site.hosts if host.role == "backends"])
    for reason in silent:
        click.echo(f"wod: {reason}", err=True)
    text = json.dumps({location: json.loads(said) for location, said in seen.items()})
    with apihost.connection(inventory, site, chosen) as (_, host):
        answer = apihost.tell(host, "reconcile", *(["--repair"] if repair else []), "-", stdin=text)
    ending(answer)


@api.command()
@click.argument("customer", type=click.IntRange(min=1))
@on_host
def trace(customer: int, name: str | None, inventory: Path) -> None:
    """Tell what happened to registration CUSTOMER, and when."""
    ending(told(inventory, name, "trace", args=(customer,)))
