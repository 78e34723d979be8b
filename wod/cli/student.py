"""``wod student``: what one does to a single student account."""

from __future__ import annotations

from pathlib import Path

import click

from wod import shell
from wod.cli import options
from wod.connection import connected, run
from wod.errors import BadInput
from wod.passwords import hashed, new_password

_CHPASSWD = """
read -r line
name=${line%%:*}
getent passwd "$name" >/dev/null || { echo "no account $name; roll the students module out first" >&2; exit 1; }
printf '%s\\n' "$line" | chpasswd -e
"""


@click.group()
def student() -> None:
    """Act on single student accounts."""


@student.command()
@click.argument("number", type=click.IntRange(min=1))
@options.host
@options.inventory
def passwd(number: int, name: str, inventory: Path) -> None:
    """Give student NUMBER a new random password, and print it.

    Only its hash goes to the host, on stdin. The password is shown here once and kept nowhere.
    """
    with connected(inventory, name) as (host, connection):
        settings = host.settings
        if not settings.USERMIN <= number <= settings.USERMAX:
            raise BadInput(
                f"{name} has the students {settings.USERMIN} to {settings.USERMAX}; {number} is none of them"
            )
        password = new_password()
        run(connection, shell.script(_CHPASSWD, stdin=f"student{number}:{hashed(password)}"))
    url = f"{settings.WODBEEXTPROTO}://{settings.WODBEEXTFQDN}:{settings.WODBEEXTPORT}/hub/login"
    click.echo(f"URL:      {url}\nUser:     student{number}\nPassword: {password}")
