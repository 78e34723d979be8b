"""``wod private``: what the private folder overrides."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from wod.cli import settings
from wod.cli.group import Group
from wod.errors import EXIT_BAD_INPUT
from wod.fleet.wording import count
from wod.private.check import look_at
from wod.private.found import Found, Override
from wod.settings import private_dir


@click.group(cls=Group)
def private() -> None:
    """Show what the private folder overrides, and what is wrong with it."""


@private.command()
@click.option("--platform", "platforms", multiple=True, metavar="NAME", help="Only this one; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(platforms: tuple[str, ...], as_json: bool) -> None:
    """Tell what each file of the private folder replaces or adds, and on which platform.

    Settings, kernels, templates, steps, the skeleton of homes, workshops, hooks, pages and badges. What would have no
    effect is told, with a suggestion; the exit code is then 2. No host is touched; content is fetched to compare.
    """
    settings.in_repository()
    found = look_at(Path(), private_dir(Path()), platforms)
    if as_json:
        click.echo(json.dumps(found.as_data(), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(_said(found)))
    sys.exit(EXIT_BAD_INPUT if found.problems else 0)


def _said(found: Found) -> Iterator[str]:
    rows = [_row(each) for each in found.overrides]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield from found.notes
    yield from map(str, found.problems)
    problems = count(len(found.problems), "problem") if found.problems else "no problems"
    yield f"{count(len(found.overrides), 'override')}, {problems}"


def _row(each: Override) -> tuple[str, ...]:
    return each.kind, each.name, each.effect, each.platform or "all", each.file
