"""``wod settings``: check, show and explain the layered settings; print samples and the reference."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from wod.cli import options
from wod.cli.group import Group
from wod.errors import BadInput, Problem
from wod.settings import Settings, load, private_dir
from wod.settings.data import thaw
from wod.settings.declare import declared
from wod.settings.load import secret_store
from wod.settings.merge import Provenance
from wod.settings.reference import reference
from wod.settings.sample import FILES, doc, sample, yaml_line
from wod.settings.schema import SECTIONS, SETTINGS, canonical

group_option = click.option("--group", metavar="NAME", help="Only a platform's files, without an inventory.")
host_option = click.option("--host", metavar="NAME", help="One host's settings, instead of the platform's.")


@dataclass(frozen=True)
class View:
    """What a command looks at: the platform's own settings are loaded only when they are asked for."""

    group: str
    hosts: Mapping[str, Settings]

    def one(self, host: str | None) -> Settings:
        """The settings of a host, or of the platform when none is named."""
        if host is None:
            return load(Path(), self.group)
        if host not in self.hosts:
            known = ", ".join(self.hosts) or "none; name an inventory with -i instead of a platform with --group"
            raise BadInput(f"there is no host {host}; the hosts are: {known}")
        return self.hosts[host]


@click.group(cls=Group)
def settings() -> None:
    """Check, show and explain the layered settings."""


@settings.command()
@options.inventory
@group_option
def check(inventory: Path, group: str | None) -> None:
    """Check the settings of all hosts; print every problem with file and line. Nothing is touched."""
    view = view_of(inventory, group)
    checked = list(view.hosts.values()) or [view.one(None)]
    _warn(checked)
    secret_store(private_dir(Path()), view.group).values()  # refused when damaged, or readable by others
    names = {name for each in checked for name in each}
    count = len(view.hosts)
    target = f"{count} host{'s' if count != 1 else ''}" if count else f"the platform {view.group}"
    click.echo(f"{len(names)} settings for {target}, no problems")


@settings.command()
@options.inventory
@group_option
@host_option
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def show(inventory: Path, group: str | None, host: str | None, as_json: bool) -> None:
    """Show the final values, secrets redacted."""
    found = view_of(inventory, group).one(host)
    _warn([found])
    if as_json:
        click.echo(json.dumps(found.as_data(), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_listing(found)))


@settings.command()
@click.argument("key")
@options.inventory
@group_option
@host_option
def explain(key: str, inventory: Path, group: str | None, host: str | None) -> None:
    """Tell where the value of KEY comes from: the winner first, then what it hid."""
    found = view_of(inventory, group).one(host)
    entries = found.explain(key)
    name = canonical(key)
    click.echo(_assignment(name, found[name]))
    if name in SETTINGS:
        click.echo(f"  {SETTINGS[name].description}")
    click.echo("\n".join(_origins(entries)))


@settings.command("sample")
@click.argument("file", type=click.Choice(FILES), required=False)
def sample_command(file: str | None) -> None:
    """Print the commented sample FILE, or all of them."""
    click.echo("\n".join(sample(each) for each in ([file] if file else FILES)), nl=False)


@settings.command("reference")
def reference_command() -> None:
    """Print the reference page of all settings, as Markdown."""
    click.echo(reference(), nl=False)


def in_repository() -> None:
    """Refuse to work where there are no settings."""
    if not Path("group_vars").is_dir():
        raise BadInput("there is no group_vars/ here; run this in the folder of the repository")


def view_of(inventory: Path, group: str | None) -> View:
    """The platform named by ``--group``, or everything in the inventory."""
    in_repository()
    if group:
        return View(group, {})
    return _inventory_view(inventory)


def _inventory_view(inventory: Path) -> View:
    if not inventory.is_file():
        raise BadInput(f"there is no inventory {inventory}; name one with -i, or a platform with --group")
    from wod.inventory import load_site

    site = load_site(inventory)
    return View(site.group, {host.name: host.settings for host in site.hosts})


def _warn(checked: Iterable[Settings]) -> None:
    """Each warning once, however many hosts share it."""
    warnings: set[Problem] = {warning for each in checked for warning in each.warnings}
    for warning in sorted(warnings):
        click.echo(f"warning: {warning}", err=True)


def _listing(found: Settings) -> Iterator[str]:
    """By section, in the order of the samples; then the names that are not declared."""
    for section in SECTIONS:
        yield f"# {doc(section)[0]}"
        yield from (_assignment(setting.name, found[setting.name]) for setting in declared(section))
        yield ""
    yield "# Workshops' and private names"
    yield from (_assignment(name, value) for name, value in found.items() if name not in SETTINGS)


def _assignment(name: str, value: object) -> str:
    return yaml_line(name, _brief(thaw(value))).rstrip("\n")


def _brief(value: Any) -> Any:
    """Without what is empty inside; a mapping that only has a name is that name."""
    if isinstance(value, dict):
        kept = {key: _brief(each) for key, each in value.items() if each not in (None, [], {})}
        return kept["name"] if list(kept) == ["name"] else kept
    if isinstance(value, list):
        return [_brief(each) for each in value]
    return str(value) if isinstance(value, str) else value  # a secret becomes its redacted text, which YAML can print


def _origins(entries: list[Provenance]) -> Iterator[str]:
    width = max(len(entry.place) for entry in entries)
    for number, entry in enumerate(entries):
        word = "from" if number == 0 else "hid "
        value = json.dumps(entry.value, ensure_ascii=False, default=str)
        yield f"  {word} {entry.place:<{width}}  {value}  ({entry.layer})"
