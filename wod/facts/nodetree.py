"""Whether the original's Node application on a host is the one wanted, and whole."""

from __future__ import annotations

from dataclasses import dataclass

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

_SCRIPT = f"""
link=$1 database=$2
echo "complete=$(cat "$link/.wod-complete" 2>/dev/null || true)"
if [ -e "$link" ] && [ ! -L "$link" ]; then echo foreign=yes; fi
if [ -e "$link/.wod-contents" ]; then
    while read -r path; do [ -e "$link/$path" ] || echo "missing=$path"; done < "$link/.wod-contents"
fi
count="SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
echo "tables=$(cd /; runuser -u postgres -- psql -XAtq -d "$database" -c "$count" 2>/dev/null || true)"
echo {END}
"""  # noqa: S608 - what varies is psql's argument, never part of a statement


@dataclass(frozen=True)
class NodeTree:
    """``digest`` names what it was built from; ``foreign``: a folder which is not ours stands in its place.

    ``empty``: its database has no tables.
    """

    digest: str = ""
    foreign: bool = False
    missing: bool = False
    empty: bool = False

    def is_whole(self, digest: str) -> bool:
        return self.digest == digest and not self.missing and not self.empty


class NodeTrees(FactBase):
    """:class:`NodeTree` behind the link, or ``None`` when it could not be read."""

    def command(self, link: str, database: str) -> StringCommand:
        return shell.script(_SCRIPT, link, database)

    def process(self, output: list[str]) -> NodeTree | None:
        return read(output, parse)


def parse(lines: list[str]) -> NodeTree:
    """``key=value`` lines."""
    values = dict(line.partition("=")[::2] for line in lines)
    return NodeTree(values["complete"], "foreign" in values, "missing" in values, values.get("tables") == "0")
