"""The commented sample files, ``group_vars/all.yml``, ``wod-backend`` and ``wod-system``, from the schema."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from typing import Any, get_args

import yaml

from wod.settings.data import thaw
from wod.settings.declare import SampleFile, Section, Setting, declared
from wod.settings.families import DEFAULTS
from wod.settings.schema import SECTIONS

FILES: tuple[str, ...] = get_args(SampleFile)
WIDTH = 110

HEADER = (
    "Defaults of every platform, as printed by `wod settings sample {file}`. Do not edit: a newer version "
    "brings its own.\n"
    "Change a setting for one platform in group_vars/<platform>.yml, or, where it is nobody else's "
    "business, in the files of the same names in the private folder (private/group_vars/, or the folder "
    "that WOD_PRIVATE names)."
)
WORKSHOPS = (
    "---- Ports and addresses of the public workshops' appliances ----\n"
    "Any name such as SSHPORT-WKSHP-Docker101 or IP-WKSHP-Docker101 can be set. A port is the one of the "
    "first student; the address x.y.z.t means that there is no such appliance yet."
)


def sample(file: str) -> str:
    """One sample file: what has a default is set to it, what has none is shown as a commented example."""
    parts = ["---", comment(HEADER.format(file=file))]
    for section in SECTIONS:
        if file == section.FILE:
            parts += ["", banner(section), *(entry(setting) for setting in declared(section))]
    if file == "wod-backend":
        parts += ["", *workshops()]
    return "\n".join(parts) + "\n"


def doc(section: type[Section]) -> tuple[str, str]:
    """The title of a section, and what is said below it."""
    title, _, text = inspect.cleandoc(section.__doc__ or section.__name__).partition("\n")
    return title, " ".join(text.split())


def banner(section: type[Section]) -> str:
    """A section's title and text as comments."""
    title, text = doc(section)
    return comment(f"---- {title} ----" + (f"\n{text}" if text else ""))


def entry(setting: Setting) -> str:
    """One setting with its comment."""
    lines = [setting.description, *_remarks(setting)]
    value = yaml_line(setting.name, setting.default if setting.default is not None else setting.example)
    if setting.default is None:
        value = textwrap.indent(f"{setting.name}:\n" if setting.secret else value, "#").rstrip("\n")
    return "\n".join(("#", *(comment(line) for line in lines), value.rstrip("\n")))


def _remarks(setting: Setting) -> Iterator[str]:
    if setting.generated:
        yield "Secret: generated on first use into the private folder. Set it only to use an existing one."
    elif setting.secret:
        yield "Secret: belongs into the private folder only."
    elif setting.default is not None and setting.example not in (None, setting.default):
        yield f"Example: {yaml_line(setting.name, setting.example, flow=True).partition(': ')[2].strip()}"
    if setting.aliases:
        yield f"Also called {', '.join(setting.aliases)}."


def workshops() -> Iterator[str]:
    """The open family's defaults."""
    yield comment(WORKSHOPS)
    yield "#"
    yield from (yaml_line(name, value).rstrip("\n") for name, value in DEFAULTS.items())


def yaml_line(name: str, value: object, flow: bool = False) -> str:
    """``NAME: value`` as YAML; lists of plain values stay on the line."""
    data: Any = thaw(value)
    style = True if flow else None if isinstance(data, list) else False
    text = yaml.safe_dump({name: data}, default_flow_style=style, sort_keys=False, allow_unicode=True, width=10**6)
    return text.strip()[1:-1] + "\n" if flow else text


def comment(text: str) -> str:
    """Text as comment lines of a readable width."""
    lines = (textwrap.wrap(line, WIDTH - 2) or [""] for line in text.strip().splitlines())
    return "\n".join(f"# {each}".rstrip() for line in lines for each in line)
