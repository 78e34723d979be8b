"""The old texts of files that a plan would change, all by one command."""

from __future__ import annotations

import base64

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

LARGEST = 262144
"""Bytes; nobody reads a longer difference."""
_SCRIPT = f"""
for path in "$@"; do
    printf 'file=%s\\n' "$path"
    if [ -f "$path" ] && [ "$(stat -L -c %s -- "$path")" -le {LARGEST} ]; then base64 < "$path"; fi
done
echo {END}
"""


class FileTexts(FactBase):
    """``{path: text}``, empty for what is no file or too long; ``None`` when they could not be read."""

    def command(self, paths: list[str]) -> StringCommand:
        return shell.script(_SCRIPT, *paths)

    def process(self, output: list[str]) -> dict[str, str] | None:
        return read(output, parse)


def parse(lines: list[str]) -> dict[str, str]:
    """``file=PATH``, then its content in base64."""
    encoded: dict[str, list[str]] = {}
    path = ""
    for line in lines:
        if line.startswith("file="):
            path = line.removeprefix("file=")
            encoded[path] = []
        else:
            encoded[path].append(line)
    return {path: base64.b64decode("".join(each)).decode(errors="replace") for path, each in encoded.items()}
