"""``generated/<group>.yml`` of the private folder: the settings that the installer's flags name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wod.install.writing import replaced
from wod.settings.layers import generated_path
from wod.settings.sample import yaml_line

HEADER = """---
# Written by `wod install`; do not edit: the next one writes it anew.
# What you write into group_vars/{group}.yml of the private folder goes over it.
"""


def text_of(group: str, settings: Mapping[str, object]) -> str:
    return HEADER.format(group=group) + "".join(yaml_line(name, value) for name, value in sorted(settings.items()))


def write(private: Path, group: str, settings: Mapping[str, object]) -> bool:
    """Whether anything was changed. 0600, since one may be a token, and out of reach of `git add .`."""
    path = generated_path(private, group)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replaced(path.parent / ".gitignore", "*\n")
    return replaced(path, text_of(group, settings))
