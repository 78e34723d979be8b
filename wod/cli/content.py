"""``wod content``: which content the backends get, and rebranding it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from wod import rebrand as rebranding
from wod import repos
from wod.cli import options
from wod.cli.group import Group
from wod.errors import EXIT_FAILED, WodError
from wod.inventory import load_site
from wod.site import SiteHost
from wod.sources import Source, sources_of


@click.group(cls=Group)
def content() -> None:
    """Show where the backends' content comes from, and rebrand content."""


@content.command()
@options.inventory
@click.option("--host", "name", help="Only this host.")
def show(inventory: Path, name: str | None) -> None:
    """Print the repository, branch and commit that each backend would get.

    The repositories are fetched to find out; no host is touched. Exit code 1 if one cannot be fetched.
    """
    site = load_site(inventory)
    chosen = [site.host(name)] if name else [host for host in site.hosts if host.role == "backends"]
    reasons: list[str] = []
    for host in chosen:
        click.echo(host.name)
        for line in _lines(host, reasons):
            click.echo(f"  {line}")
    if reasons:
        raise WodError("\n".join(dict.fromkeys(reasons)))


def _lines(host: SiteHost, reasons: list[str]) -> list[str]:
    try:
        return [_line(source, reasons) for source in sources_of(host.settings)] or ["no content"]
    except WodError as error:
        reasons.extend(str(error).splitlines())
        return ["settings are wrong, see below"]


def _line(source: Source, reasons: list[str]) -> str:
    try:
        commit = repos.fetch(source).commit[:12]
    except WodError as error:
        reasons.append(str(error))
        commit = "not fetched"
    return f"{source.path}  {source.url or 'built-in samples'}  {source.branch}  {commit}  ({source.name})"


@content.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    help="A YAML file: a list of {from: text, to: text} or {pattern: regular expression, to: text}.",
)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if something would change.")
def rebrand(path: Path, file: Path, check: bool) -> None:
    """Replace names in all text files below PATH, in the order of the map.

    Prints each file with the number of places. A notebook that would no longer be valid stops it before anything is
    written.
    """
    changes = rebranding.plan(path, rebranding.read_map(file), spare=file)
    for change in changes:
        if not check:
            _write(change)
        click.echo(f"{change.path}: {change.count}")
    files = f"{len(changes)} file{'' if len(changes) == 1 else 's'}"
    click.echo(f"{files} would change" if check else f"{files} changed")
    if check and changes:
        sys.exit(EXIT_FAILED)


def _write(change: rebranding.Change) -> None:
    try:
        rebranding.write(change)
    except OSError as error:
        raise WodError(f"{change.path}: cannot be written: {error.strerror}; the files before it are done") from None
