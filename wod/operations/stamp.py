"""The stamp: ``/etc/wod/stamp.json``."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from pyinfra import host
from pyinfra.api import FactBase, StringCommand, operation

from wod import shell
from wod.facts import END, ask, complete
from wod.facts.files import PathState
from wod.fleet import notes
from wod.operations import Commands
from wod.operations.files import File, change_for

PATH = "/etc/wod/stamp.json"
LONGEST = 40
"""Characters of a value that a plan shows."""


class Stamp(FactBase):
    """The stamp's fields, empty when there is none or it is damaged; ``None`` when it could not be read."""

    def command(self) -> StringCommand:
        return shell.script(f'cat "$1" 2>/dev/null || true; echo; echo {END}', PATH)

    def process(self, output: list[str]) -> dict[str, str] | None:
        lines = complete(output)
        if lines is None:
            return None
        try:
            return dict(json.loads("\n".join(lines)))
        except (ValueError, TypeError):
            return {}


def changed_in_this_run() -> bool:
    """Whether an operation before this one did something on the current host."""
    return any(data.operation_meta.executed for data in host.state.ops[host].values())


def differences(present: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """What a host was given and what it would be given, a line for each that is not the same."""
    if not present:
        return ["the host has no stamp"]
    changed = [key for key in wanted if present.get(key) != wanted[key]]
    return [f"{key}: {_short(present.get(key))} → {_short(wanted[key])}" for key in changed]


def _short(value: object) -> str:
    text = str(value or "none")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


@operation()
def current(contents: Mapping[str, str]) -> Commands:
    """Keep the stamp: its time is that of the last change, so a run that changes nothing leaves it alone.

    + contents: what the host was given, by name
    """
    present = ask(host, Stamp)
    if present is None:
        yield shell.refuse("could not read the stamp")
        return
    same = {key: present.get(key) for key in contents} == dict(contents)
    if same and not changed_in_this_run():
        host.noop(f"stamped {present.get('changed')}")
        return
    for line in differences(present, contents):
        notes.say(line)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    text = json.dumps({**contents, "changed": moment}, indent=1)
    change = change_for(File(PATH, text), PathState("none"))
    if change is not None:
        yield change
