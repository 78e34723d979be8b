"""A group of commands whose help says each one's whole first sentence; click cuts it off where the line ends."""

from __future__ import annotations

import click

SENTENCE = 300
"""Characters: longer than any first sentence."""


class Group(click.Group):
    """To be named as ``cls`` of ``@click.group``."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, self.commands[name].get_short_help_str(SENTENCE)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
