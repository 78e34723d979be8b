"""The addresses of hosts as another host knows them: from its /etc/hosts, its DNS, whatever it is set up to ask."""

from __future__ import annotations

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

_SCRIPT = f"""
for name in "$@"; do
    getent ahosts "$name" | awk -v name="$name" '!seen[$1]++ {{ print name " " $1 }}' || true
done
echo {END}
"""


class Addresses(FactBase):
    """``{name: [addresses, sorted]}`` of those ``names`` that resolve, or ``None`` when it could not be read."""

    def command(self, names: list[str]) -> StringCommand:
        return shell.script(_SCRIPT, *names)

    def process(self, output: list[str]) -> dict[str, list[str]] | None:
        return read(output, parse)


def parse(lines: list[str]) -> dict[str, list[str]]:
    """Lines ``name address``. Addresses of this link or of the host itself are of no use to anybody else."""
    found: dict[str, list[str]] = {}
    for line in lines:
        name, address = line.split()
        if not address.startswith(("fe80:", "127.", "::1")):
            found.setdefault(name, []).append(address)
    return {name: sorted(addresses) for name, addresses in sorted(found.items())}
