"""Whether an environment of Python packages on a host (of JupyterHub, of the engine) is the one wanted, and whole."""

from __future__ import annotations

from dataclasses import dataclass

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

_SCRIPT = f"""
link=$1
echo "complete=$(cat "$link/.wod-complete" 2>/dev/null || true)"
if [ -e "$link" ] && [ ! -L "$link" ]; then echo foreign=yes; fi
if "$link/bin/python" -c pass 2>/dev/null; then echo python=yes; fi
if [ -e "$link/.wod-contents" ]; then
    while read -r path; do [ -e "$link/$path" ] || echo "missing=$path"; done < "$link/.wod-contents"
fi
echo {END}
"""


@dataclass(frozen=True)
class Tree:
    """``digest`` names what it was built from; ``foreign`` says that a folder which is not ours stands in its place."""

    digest: str = ""
    python: bool = False
    foreign: bool = False
    missing: tuple[str, ...] = ()

    def is_whole(self, digest: str) -> bool:
        return self.digest == digest and self.python and not self.missing


class VenvTree(FactBase):
    """:class:`Tree` behind the link, or ``None`` when it could not be read."""

    def command(self, link: str) -> StringCommand:
        return shell.script(_SCRIPT, link)

    def process(self, output: list[str]) -> Tree | None:
        return read(output, parse)


def parse(lines: list[str]) -> Tree:
    """``key=value`` lines; ``missing`` may be there more than once."""
    pairs = [line.partition("=")[::2] for line in lines]
    values = dict(pairs)
    missing = tuple(value for key, value in pairs if key == "missing")
    return Tree(values.get("complete", ""), "python" in values, "foreign" in values, missing)
