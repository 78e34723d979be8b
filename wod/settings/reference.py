"""The reference page of all settings, ``docs/reference/settings.md``, from the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator

from wod.settings.data import thaw
from wod.settings.declare import Section, Setting, declared
from wod.settings.families import DEFAULTS
from wod.settings.sample import doc
from wod.settings.schema import SECTIONS

HEADER = """\
# Settings

Printed by `wod settings reference` from the schema in `wod/settings/schema/`; do not edit. How values are
layered, overridden and kept secret is told in [the topic](../topics/settings.md).

A default such as `{{ WODBEDIR }}/scripts` uses another setting. A *generated* secret is made on first use and
kept in the private folder; a *given* one exists only when you set it.
"""

WORKSHOPS = """
## Open families

| Name | Type | Meaning |
|---|---|---|
| `<KIND>PORT…-WKSHP-<name>` | a port from 1 to 65535 | the first student's port; the others follow |
| `IP-WKSHP-<name>` | an IP address, or `x.y.z.t` | the appliance; `x.y.z.t` means that there is none yet |
| any other `…-WKSHP-<name>` | one text, number or true/false | whatever the workshop's notebooks ask for |
| names under a prefix of `WODPRIVATEPREFIXES` | anything | your own |

A text or number in one of these families whose name contains PWD, PASSW, TOKEN, SECRET, APIKEY or PRIVATEKEY
is treated as a given secret. These have defaults:

| Name | Default |
|---|---|
"""


def reference() -> str:
    """The page, as Markdown."""
    sections = "\n".join(line for section in SECTIONS for line in _section(section))
    family = "\n".join(f"| `{name}` | `{value}` |" for name, value in DEFAULTS.items())
    return f"{HEADER}\n{sections}\n{WORKSHOPS}{family}\n"


def _section(section: type[Section]) -> Iterator[str]:
    title, text = doc(section)
    yield f"\n## {title}\n"
    yield f"{text} Shown in `group_vars/{section.FILE}`.\n".lstrip()
    yield "| Setting | Type | Default | Meaning |"
    yield "|---|---|---|---|"
    yield from (_row(setting) for setting in declared(section))


def _row(setting: Setting) -> str:
    name = f"`{setting.name}`" + "".join(f"<br>`{alias}`" for alias in setting.aliases)
    cells = (name, setting.says.removesuffix(" (put it in quotes)"), _default(setting), _meaning(setting))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(setting: Setting) -> str:
    if setting.secret:
        return "*generated*" if setting.generated else "*given*"
    return "unset" if setting.default is None else f"`{_literal(setting.default)}`"


def _meaning(setting: Setting) -> str:
    if setting.example in (None, setting.default):
        return setting.description
    return f"{setting.description} Example: `{_literal(setting.example)}`."


def _literal(value: object) -> str:
    if isinstance(value, str):
        return value or '""'
    return json.dumps(thaw(value), ensure_ascii=False)
