"""``wod workshop``: the catalogue of a content repository, what is wrong in it, and its workshops on paper."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from rich.console import Console
from rich.table import Column, Table

from wod.cli import options
from wod.cli.group import Group
from wod.errors import EXIT_FAILED, BadInput
from wod.settings.schema import SETTINGS
from wod.workshops import Finding, Workshop, read_all
from wod.workshops.catalogue import repository_of
from wod.workshops.findings import errors, warnings
from wod.workshops.linter import lint as findings_of

if TYPE_CHECKING:
    from wod.workshops.printing import Kind

FOLDER = click.Path(path_type=Path)
private_option = click.option("--private", type=FOLDER, help="The private repository, which goes over PATH.")
json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")


class Judged(NamedTuple):
    """The students of a backend and its settings; None where only the schema's defaults are known."""

    first: int
    last: int
    variables: Mapping[str, object] | None


@click.group(cls=Group)
def workshop() -> None:
    """Check, list and print the workshops of a content repository."""


@workshop.command()
@click.argument("path", type=FOLDER)
@private_option
@click.option("--scripts", type=FOLDER, multiple=True, help="A further folder with public hooks; may be repeated.")
@options.inventory
@click.option("--host", "name", metavar="NAME", help="Judge by this host's settings; without it, by the defaults.")
@json_option
def lint(
    path: Path, private: Path | None, scripts: tuple[Path, ...], inventory: Path, name: str | None, as_json: bool
) -> None:
    """Check a content repository, or one workshop's directory, and show all findings at once.

    Exit code 1 when there are errors, 0 when there are only warnings.
    """
    public, only = repository_of(path)
    judged = _judged(inventory, name)
    found = findings_of(
        public,
        private,
        first=judged.first,
        last=judged.last,
        variables=judged.variables,
        scripts=_existing(scripts),
        only=only,
    )
    click.echo(
        json.dumps([each.as_data() for each in found], ensure_ascii=False, indent=2) if as_json else _said(found)
    )
    sys.exit(EXIT_FAILED if errors(found) else 0)


@workshop.command("list")
@click.argument("path", type=FOLDER, required=False)
@private_option
@json_option
def list_command(path: Path | None, private: Path | None, as_json: bool) -> None:
    """List the workshops of a content repository; without PATH, the built-in samples."""
    from wod import samples

    public, only = repository_of(path or samples.PUBLIC)
    found = [each for each in read_all(public, private) if only in ("", each.directory)]
    if as_json:
        click.echo(json.dumps([each.as_data() for each in found], ensure_ascii=False, indent=2))
    else:
        Console().print(_table(found))


def _print_options(command: Callable[..., Any]) -> Callable[..., Any]:
    given = [
        click.argument("folder", metavar="WORKSHOP_DIR", type=FOLDER),
        click.option("-o", "--output", type=FOLDER, help="The file to write; without it, named after the directory."),
        click.option("--challenge", is_flag=True, help="As it is booked as a challenge (CHLG), without the hints."),
        options.inventory,
        click.option("--host", "name", metavar="NAME", help="With this host's settings; without it, the defaults."),
    ]
    for each in reversed(given):
        command = each(command)
    return command


@workshop.command()
@_print_options
def pdf(folder: Path, output: Path | None, challenge: bool, inventory: Path, name: str | None) -> None:
    """Print a workshop's notebooks as one PDF, with a title page. Needs pandoc and Chromium."""
    _print("pdf", folder, output, _judged(inventory, name).variables, challenge)


@workshop.command()
@_print_options
def docx(folder: Path, output: Path | None, challenge: bool, inventory: Path, name: str | None) -> None:
    """Write a workshop's notebooks into one document for a word processor. Needs pandoc."""
    _print("docx", folder, output, _judged(inventory, name).variables, challenge)


def _print(
    kind: Kind, folder: Path, output: Path | None, variables: Mapping[str, object] | None, challenge: bool
) -> None:
    from wod.workshops import handout, printing

    made = handout.handout(folder, variables, challenge=challenge)
    target = output or Path(f"{folder.resolve().name}.{kind}")
    printing.write(made, kind, target)
    click.echo(f"{target}: {_count(made.pages, 'notebook')}")


def _judged(inventory: Path, name: str | None) -> Judged:
    if name is None:
        return Judged(SETTINGS["USERMIN"].default, SETTINGS["USERMAX"].default, None)
    from wod.inventory import load_site

    settings = load_site(inventory).host(name).settings
    return Judged(settings.USERMIN, settings.USERMAX, settings)


def _existing(folders: Sequence[Path]) -> Sequence[Path]:
    for folder in folders:
        if not folder.is_dir():
            raise BadInput(f"--scripts {folder}: there is no such directory")
    return folders


def _said(found: Sequence[Finding]) -> str:
    """Errors, then warnings, then how many there are."""
    lines = []
    for title, several in (("Errors", errors(found)), ("Warnings", warnings(found))):
        if several:
            lines += [f"{title}:", *(f"  {each}" for each in several), ""]
    return "\n".join([*lines, f"{_count(errors(found), 'error')}, {_count(warnings(found), 'warning')}"])


def _count(several: Sequence[object], word: str) -> str:
    return f"{len(several) or 'no'} {word}{'' if len(several) == 1 else 's'}"


def _table(found: Sequence[Workshop]) -> Table:
    table = Table("Name", Column("Directory", no_wrap=True), "Range", "Seats", "Capacity", "Flags", "Active")
    for each in found:
        span = f"{each.range[0]}-{each.range[1]}" if each.range else "none"
        active = "yes" if each.active else "no"
        cells = (each.name, each.directory, span, each.seats, each.capacity, " ".join(each.flags), active)
        table.add_row(*(str(cell).replace("[", r"\[") for cell in cells))
    return table
