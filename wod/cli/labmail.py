"""``wod lab mail``: read what the lab's hosts send to participants."""

from __future__ import annotations

import json
import time

import click

from wod.cli.group import Group
from wod.lab import mailbox
from wod.lab.mailbox import Mail
from wod.lab.places import places as current_places

PAUSE = 0.5
"""Seconds between two looks of ``--follow``."""


class ListsUnlessTold(Group):
    """``wod lab mail ADDRESS`` is ``wod lab mail list ADDRESS``: whatever is no command of it is the list's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ListsUnlessTold)
def mail() -> None:
    """Read the mails that the lab's hosts sent: wod lab mail [ADDRESS].

    The lab delivers none of them: each stays here until wod lab mail clear, or wod lab down.
    """


@mail.command("list")
@click.argument("address", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs: one object a line.")
@click.option("--follow", is_flag=True, help="Go on, with each mail as it comes, until Ctrl-C.")
def listing(address: str | None, as_json: bool, follow: bool) -> None:
    """List the mails (to ADDRESS only, if given), the newest last: number, time, to, subject."""
    seen: set[str] = set()
    while True:
        for each in mailbox.mails(current_places(), address):
            if each.path.name not in seen:
                seen.add(each.path.name)
                click.echo(_as_json(each) if as_json else _line(each))
        if not follow:
            return
        time.sleep(PAUSE)


@mail.command()
@click.argument("number", type=int)
@click.option("--html", is_flag=True, help="The HTML part instead of the text.")
def show(number: int, html: bool) -> None:
    """Print the mail with this NUMBER."""
    found = mailbox.mail_numbered(current_places(), number)
    if not html:
        click.echo(printable(f"From: {found.sender}\nTo: {', '.join(found.recipients)}"))
        click.echo(printable(f"Date: {found.time}\nSubject: {found.subject}\n"))
    click.echo(printable(found.body(html)))


@mail.command()
def clear() -> None:
    """Remove all mails."""
    count = mailbox.clear(current_places())
    click.echo(f"{count} mail{'' if count == 1 else 's'} removed")


def _line(each: Mail) -> str:
    return printable(f"{each.number:4}  {each.time}  {', '.join(each.recipients)}  {each.subject}")


def _as_json(each: Mail) -> str:
    return json.dumps(
        {
            "number": each.number,
            "time": each.time,
            "from": each.sender,
            "to": each.recipients,
            "subject": each.subject,
            "file": str(each.path),
        }
    )


def printable(text: str) -> str:
    """Without what would steer a terminal: a mail may come from anybody on a host."""
    return "".join(letter for letter in text if letter in "\n\t" or letter.isprintable())
