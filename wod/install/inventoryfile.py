"""``inventories/<group>.py`` as the installer writes it: read back, extended, never taken from its editor's hands."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from wod.errors import BadInput
from wod.install.platform import merged
from wod.inventory import load_site
from wod.site import Host, Site

HEADER = (
    '''"""The platform {group}, as `wod install` was told. It adds to this file; edit it, and it is yours alone."""'''
)
SAMPLE = (".example.org", ".example.com", ".example.net")
"""Names that nobody can have: an inventory of such hosts only is the one that comes with wod."""


def path_of(root: Path, group: str) -> Path:
    return root / "inventories" / f"{group}.py"


def text_of(group: str, hosts: Sequence[Host]) -> str:
    """The file for these hosts, a line each."""
    lines = [HEADER.format(group=group), "", "from wod.inventory import Host, build", ""]
    lines += ["globals().update(", "    build(", f"        {_quoted(group)},", "        ["]
    lines += [f"            {line_of(host)}," for host in hosts]
    return "\n".join([*lines, "        ],", "    )", ")", ""])


def line_of(host: Host) -> str:
    """``Host("be1.local", number=1, …)``: what differs from the defaults."""
    default = Host("")
    given = [
        f"{each.name}={_written(getattr(host, each.name))}"
        for each in fields(Host)
        if each.name != "name" and getattr(host, each.name) != getattr(default, each.name)
    ]
    return f"Host({', '.join([_quoted(host.name), *given])})"


def _quoted(text: str) -> str:
    """Double quotes, as the formatter has them; names and addresses hold none."""
    return f'"{text}"' if '"' not in text and text.isprintable() and "\\" not in text else repr(text)


def _written(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(key)}: {_written(each)}" for key, each in value.items()) + "}"
    return repr(value)


@dataclass(frozen=True)
class Extended:
    """What the file is to hold, and the platform that it then describes."""

    text: str
    site: Site


def extended(root: Path, group: str, wanted: Sequence[Host], settings: Mapping[str, object]) -> Extended:
    """The file with these hosts in it, too; :class:`BadInput` where only a person can do that.

    A file of somebody's own is left as it is when it has them already. All that is wrong with the result is said before
    anything is written; ``settings`` are those that the flags name.
    """
    path = path_of(root, group)
    shown = os.path.relpath(path, root)
    text, there = _read(path, group)
    hosts = merged(there, wanted, shown)
    site = Site(group, root, tuple(hosts)).resolved(settings)
    if not text or text == text_of(group, there):
        return Extended(text_of(group, hosts), site)
    if not set(map(line_of, hosts)) - set(map(line_of, there)):
        return Extended(text, site)
    lines = "; ".join(line_of(host) for host in hosts if line_of(host) not in map(line_of, there))
    raise BadInput(f"{shown} is written by hand, so it is left to you; it needs: {lines}")


def _read(path: Path, group: str) -> tuple[str, list[Host]]:
    """The text and the hosts; nothing for a file that is not there, or the sample that comes with wod."""
    if not path.is_file():
        return "", []
    site = load_site(path)
    if site.group != group:
        raise BadInput(
            f"{path} is the platform {site.group}'s, not {group}'s; rename it, or choose another name with -g"
        )
    if all(host.name.endswith(SAMPLE) for host in site.declared):
        return "", []
    return path.read_text(), list(site.declared)
