"""Whether the API's database has this release's tables, and what its catalogue lacks: read by the API's own program."""

from __future__ import annotations

from dataclasses import dataclass

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

NOTHING = "Nothing to change."
"""What ``wod-api sync --dry-run`` prints for an empty plan."""

_SCRIPT = f"""
program=$1 account=$2 catalogue=$3
as() {{ runuser -u "$account" -- "$program" "$@"; }}
code=0; said=$(as migrate --check 2>&1 </dev/null) || code=$?
if [ "$code" = 0 ]; then
    said=$(as sync --dry-run "$catalogue" 2>&1 </dev/null) || code=2
fi
echo "code=$code"
printf '%s\\n' "$said" | sed 's/^/said=/'
echo {END}
"""


@dataclass(frozen=True)
class State:
    """``code`` 0: the tables are right, and ``said`` is the plan of what the catalogue says otherwise.

    1: the tables are to be migrated. Anything else: it could not be found out, and ``said`` is why.
    """

    code: int
    said: tuple[str, ...]


class ApiDatabase(FactBase):
    """:class:`State`, or ``None`` when it could not be read. ``catalogue`` is a file that the account may read."""

    def command(self, program: str, account: str, catalogue: str) -> StringCommand:
        return shell.script(_SCRIPT, program, account, catalogue)

    def process(self, output: list[str]) -> State | None:
        return read(output, parse)


def parse(lines: list[str]) -> State:
    """One ``code=N``, any number of ``said=LINE``."""
    [code] = [int(line[5:]) for line in lines if line.startswith("code=")]
    said = (line.partition("=")[2] for line in lines if line.startswith("said="))
    return State(code, tuple(line for line in said if line and line != NOTHING))
