"""The ``wod`` command. It only adds to the stock ``pyinfra`` command line; each group of commands is one file here."""

from __future__ import annotations

import importlib
import sys

import click

from wod import __version__
from wod.errors import WodError

GROUPS = {
    "api": "Back up, restore and check the database of the API.",
    "action": "Order a backend to hand out, clean up, reset or purge, by mail.",
    "content": "Show where content comes from, and rebrand it.",
    "drift": "Find what has changed on hosts since they were rolled out, and mend it.",
    "hold": "Keep a host out of roll-outs, for a reason and until a day.",
    "init": "Make a private repository, or add to it what is missing.",
    "install": "Install a machine of a platform, or all of them over SSH, by the flags of install.sh.",
    "lab": "Real hosts on this machine, to try a roll-out on.",
    "preflight": "Look whether hosts can be installed, before anything is changed.",
    "plan": "Tell what a roll-out would change.",
    "private": "Show what the private folder overrides.",
    "queue": "See to the orders that a backend has taken.",
    "rollout": "Roll out a site in waves, with a look at each before the next.",
    "secrets": "Keep secrets encrypted, rotate them, and look for them in clear.",
    "settings": "Check, show and explain the layered settings.",
    "status": "Show how every host does.",
    "student": "Act on single student accounts.",
    "unhold": "Let roll-outs at a held host again.",
    "workshop": "Check, list and print the workshops of a content repository.",
}
"""Command or group → its line in ``wod --help``. It lives in ``wod/cli/<name>.py`` and is called ``<name>``."""


class LazyGroups(click.Group):
    """Imports a command group only when it is used, so that ``wod --help`` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        return getattr(importlib.import_module(f"wod.cli.{cmd_name}"), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(GROUPS.items()))


@click.group(cls=LazyGroups, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="wod")
def wod() -> None:
    """Deploy Workshops-on-Demand, and keep it as it should be.

    Roll-outs themselves are plain pyinfra: pyinfra inventories/production.py deploys/backend.py
    """


def main() -> None:
    """Run ``wod``; a :class:`~wod.errors.WodError` becomes its sentence on stderr and its exit code."""
    try:
        wod()
    except WodError as error:
        click.echo(f"wod: {error}" if "\n" not in str(error) else str(error), err=True)
        sys.exit(error.exit_code)
