"""``wod student``: what one does to a single student account."""

from __future__ import annotations

from pathlib import Path

import click

from wod import shell
from wod.cli import options
from wod.cli.group import Group
from wod.cli.queue import engine
from wod.connection import opened, run
from wod.enginesettings import LINK
from wod.errors import BadInput
from wod.inventory import SiteHost, load_site
from wod.passwords import hashed, new_password

_CHPASSWD = """
read -r line
name=${line%%:*}
getent passwd "$name" >/dev/null || { echo "no account $name; roll the students module out first" >&2; exit 1; }
printf '%s\\n' "$line" | chpasswd -e
"""


@click.group(cls=Group)
def student() -> None:
    """Act on single student accounts."""


number = click.argument("number", type=click.IntRange(min=1))


def refuse_unless_there(host: SiteHost, first: int, last: int) -> None:
    """:class:`BadInput` unless the backend has all students ``first`` to ``last``."""
    lowest, highest = host.settings.USERMIN, host.settings.USERMAX
    if first > last:
        raise BadInput(f"{first} to {last} is no range; the smaller number comes first")
    for student in (first, last):
        if not lowest <= student <= highest:
            raise BadInput(f"{host.name} has the students {lowest} to {highest}; {student} is none of them")


@student.command()
@number
@options.host
@options.inventory
def passwd(number: int, name: str, inventory: Path) -> None:
    """Give student NUMBER a new random password, and print it.

    Only its hash goes to the host, on stdin. The password is shown here once and kept nowhere.
    """
    site = load_site(inventory)
    refuse_unless_there(site.host(name), number, number)
    with opened(site, name) as (host, connection):
        settings = host.settings
        password = new_password()
        run(connection, shell.script(_CHPASSWD, stdin=f"student{number}:{hashed(password)}"))
    url = f"{settings.WODBEEXTPROTO}://{settings.WODBEEXTFQDN}:{settings.WODBEEXTPORT}/hub/login"
    click.echo(f"URL:      {url}\nUser:     student{number}\nPassword: {password}")


@student.command()
@click.argument("first", metavar="MIN", type=click.IntRange(min=1))
@click.argument("last", metavar="MAX", type=click.IntRange(min=1))
@options.host
@options.inventory
@click.confirmation_option(prompt="This deletes all that is in these homes. Go on?")
def erase(first: int, last: int, name: str, inventory: Path) -> None:
    """DELETE what students MIN to MAX have in their homes, end their processes, and make the homes anew."""
    site = load_site(inventory)
    refuse_unless_there(site.host(name), first, last)
    with opened(site, name) as (_, connection):
        click.echo(run(connection, shell.call(f"{LINK}/bin/wod-engine", "erase", args=(first, last))))


@student.command()
@number
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@options.host
@options.inventory
def trace(number: int, as_json: bool, name: str, inventory: Path) -> None:
    """Tell what happened to the seat of student NUMBER, when, and how long each step took."""
    click.echo(engine(inventory, name, "trace", *(["--json"] if as_json else []), args=(number,)))
