"""What a list of paths looks like on a host, read by one command whatever its length."""

from __future__ import annotations

from dataclasses import dataclass

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

_SCRIPT = f"""
for path in "$@"; do
    if [ -L "$path" ]; then
        target=$(readlink -- "$path")
        case "$target" in *[!A-Za-z0-9_./@+:,=-]*) target='?' ;; esac  # none of ours
        printf 'link|0|-|-|%s|%s\\n' "$target" "$path"
    elif [ -d "$path" ]; then
        stat -c 'dir|%a|%U|%G|-|%n' -- "$path"
    elif [ -f "$path" ]; then
        sum=$(sha256sum < "$path")
        stat -c "file|%a|%U|%G|${{sum%% *}}|%n" -- "$path"
    elif [ -e "$path" ]; then
        stat -c 'other|%a|%U|%G|-|%n' -- "$path"
    else
        printf 'none|0|-|-|-|%s\\n' "$path"
    fi
done
echo {END}
"""


@dataclass(frozen=True)
class PathState:
    """One path: ``kind`` is file, dir, link, other or none; ``mode`` octal; ``detail`` the SHA-256 or link target."""

    kind: str
    mode: int = 0
    user: str = "-"
    group: str = "-"
    detail: str = "-"


class PathStates(FactBase):
    """``{path: PathState}`` for the given paths, or ``None`` when it could not be read."""

    def command(self, paths: list[str]) -> StringCommand:
        return shell.script(_SCRIPT, *paths)

    def process(self, output: list[str]) -> dict[str, PathState] | None:
        return read(output, lambda lines: dict(map(_parse, lines)))


def _parse(line: str) -> tuple[str, PathState]:
    kind, mode, user, group, detail, path = line.split("|", 5)
    return path, PathState(kind, int(mode, 8), user, group, detail)
