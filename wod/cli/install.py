"""``wod install``: a machine of a platform, or all of them, by the flags of the original's ``install.sh``."""

from __future__ import annotations

import shlex
import sys

import click
from rich.console import Console

from wod.install.flags import order_of
from wod.install.journal import Journal
from wod.install.local import local_name
from wod.install.order import KINDS, Flags
from wod.install.phases import PHASES, Installation
from wod.inventory import repository_root
from wod.person import person

HOST = "host[:port[:proto]]"


@click.command()
@click.option("-t", "kind", metavar="TYPE", default="", help=f"What to install: {', '.join(KINDS)} [backend].")
@click.option("-g", "group", metavar="GROUP", default="", help="The platform: production, test, … [production].")
@click.option(
    "-b",
    "backend",
    metavar=HOST,
    default="",
    help="The backend [this machine, port 8000, http]. With -t api-db all of them, with commas, in the order of -n.",
)
@click.option("-n", "number", metavar="N", default="", help="Which of several backends this is, from 1 [1].")
@click.option("-j", "backend_ext", metavar=HOST, default="", help="The backend as browsers reach it [as -b].")
@click.option("-f", "frontend", metavar=HOST, default="", help="The frontend [the backend's host, port 8000, http].")
@click.option("-w", "frontend_ext", metavar=HOST, default="", help="The frontend as browsers reach it [as -f].")
@click.option("-a", "apidb", metavar=HOST, default="", help="The API's host [the frontend's, port 8021, http].")
@click.option("-e", "apidb_ext", metavar=HOST, default="", help="The API as browsers reach it [as -a].")
@click.option("-i", "address", metavar="IP", default="", help="The backend's address, where its name does not tell.")
@click.option("-u", "user", metavar="USER", default="", help="The account that manages the hosts [wodadmin].")
@click.option("-s", "sender", metavar="ADDRESS", default="", help="Who mails orders to backends [wodadmin@localhost].")
@click.option("-p", "postport", metavar="PORT", default="", help="Where backends take these mails [10025].")
@click.option("-k", "new_keys", is_flag=True, help="Make new SSH keys for the managing account; else they are kept.")
@click.option("-c", "insecure", is_flag=True, help="Take any certificate of the API, self-signed ones too.")
@click.option(
    "--ssh",
    metavar="[USER@]",
    is_flag=False,
    flag_value="",
    default=None,
    help="Install the hosts named from here, over SSH; without -t all of them.",
)
@click.option("--skip-preflight", "skip", is_flag=True, help="Go on in spite of what the preflight finds.")
def install(skip: bool, **flags: object) -> None:
    """Install this machine as part of a platform, or, with --ssh, the machines that are named.

    The flags are those of the original's install.sh. The machine is looked at first; then the platform's inventory
    and settings are written, and the stock roll-out brings it to what they say, now and whenever it is run again.

    A platform with two backends, on its four machines:

    \b
      wod install -t backend  -g test -a api.local -f www.local -b be1.local -n 1
      wod install -t backend  -g test -a api.local -f www.local -b be2.local -n 2
      wod install -t api-db   -g test -a api.local -f www.local -b be1.local,be2.local
      wod install -t frontend -g test -a api.local -f www.local

    or from a machine that reaches them all:

    \b
      wod install --ssh install@ -g test -a api.local -f www.local -b be1.local,be2.local

    Between the machines goes the private folder, with the platform's secrets: bring it from the first to the others.

    Exit codes: 0 installed, 1 something is in the way or failed, 2 what was given is wrong and nothing was touched.
    """
    given = Flags(**flags)  # type: ignore[arg-type]
    order = order_of(given, local_name())
    who = person()
    journal = Journal(who.notes / "install.log", Console(), PHASES)
    try:
        journal.note(f"wod install {shlex.join(sys.argv[2:])}")
        code = Installation(order, repository_root(), who, journal, skip).carry_out()
    except Exception as error:
        journal.note(f"{type(error).__name__}: {error}")
        raise
    finally:
        journal.close()
        who.owns(who.notes)
    sys.exit(code)
