"""``wod action``: an order to a backend, by real mail."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click

from wod import previous, remote
from wod.cli import options
from wod.connection import connected, run
from wod.engine.grammar import Order
from wod.engine.request import VERBS, Verb
from wod.engine.signature import compose
from wod.errors import BadInput
from wod.inventory import load_site
from wod.settings import Settings


class Students(click.ParamType):
    """``MIN`` or ``MIN,MAX``."""

    name = "students"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        match = re.fullmatch(r"([1-9][0-9]{0,5})(?:,([1-9][0-9]{0,5}))?", str(value), re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if first > last:
            self.fail(f"{value!r} is neither a student's number nor a range such as 3,7", param, ctx)
        return first, last


@click.command()
@click.argument("verb", metavar="VERB", type=click.Choice(VERBS, case_sensitive=False))
@click.argument("workshop", metavar="WORKSHOP")
@click.argument("students", type=Students(), metavar="[MIN[,MAX]]", required=False)
@click.option("--customer", type=click.IntRange(min=0), default=0, show_default=True, help="The registration's id.")
@click.option("--email", default="", help="The participant's address; only CREATE has one.")
@options.host
@options.inventory
def action(
    verb: Verb,
    workshop: str,
    students: tuple[int, int] | None,
    customer: int,
    email: str,
    name: str,
    inventory: Path,
) -> None:
    """Order VERB of WORKSHOP for students MIN to MAX (the first one if none is named), as the API does.

    VERB is CREATE, CLEANUP, RESET or PURGE. The signed mail is given to the backend's own mail server. Customer 0 is a
    test: the API is told nothing about a registration. What became of it: wod queue list, wod student trace.
    """
    settings = load_site(inventory).host(name).settings
    first, last = students or (settings.USERMIN, settings.USERMIN)
    if not settings.USERMIN <= first <= last <= settings.USERMAX:
        raise BadInput(f"{name} has the students {settings.USERMIN} to {settings.USERMAX}, not {first} to {last}")
    orders = list(orders_for(verb, workshop, first, last, customer, email))
    recipient = f"{settings.WODUSER}@{settings.WODBEEXTFQDN}"
    mails = json.dumps([_mail(order, settings, recipient) for order in orders])
    sender = remote.program("send_mails", settings.POSTPORT, settings.WODSENDER, recipient, stdin=mails)
    with connected(inventory, name) as (_, connection):
        answers = run(connection, sender).splitlines()
    for order, answer in zip(orders, answers, strict=True):
        click.echo(f"{order.subject}: {answer}")


def orders_for(verb: Verb, workshop: str, first: int, last: int, customer: int, email: str = "") -> Iterator[Order]:
    """One order per student; RESET is one for the range, PURGE is for one student only (contract section 7)."""
    if verb == "PURGE" and first != last:
        raise BadInput("PURGE takes one student, not a range; order one for each")
    if email and verb != "CREATE":
        raise BadInput(f"{verb} has no --email; leave it out")
    if verb == "RESET":
        yield Order(verb, first, last, customer, "", workshop)
        return
    for student in range(first, last + 1):
        yield Order(verb, student, student, customer, email, workshop)


def _mail(order: Order, settings: Settings, recipient: str) -> str:
    try:
        key, before = settings.WODMAILKEY.reveal(), previous.current(settings, "WODMAILKEYBEFORE")
        mail = compose(order, settings.WODBEEXTFQDN, key, settings.WODSENDER, recipient, before=before)
    except ValueError as error:
        raise BadInput(f"{order.subject}: {error}; a workshop is called WKSHP-… or CHLG-…") from None
    return mail.decode("ascii")
