"""What a host has of its content repositories, read by one command for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
# With --git-dir git asks nobody whose folder it is, and reads no other repository than ours: `.git` is root's and has
# our mark, so no configuration, filter or hook in it is another one's. No lock is taken, no index written.
_SCRIPT = f"""
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent XDG_CONFIG_HOME=/nonexistent
export GIT_OPTIONAL_LOCKS=0 LC_ALL=C
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
for path in "$@"; do
    echo "path=$path"
    if [ -L "$path" ]; then echo kind=other; continue; fi
    if [ ! -e "$path" ]; then echo kind=none; continue; fi
    if [ ! -d "$path" ]; then echo kind=other; continue; fi
    stat -c 'owner=%a %U %G' -- "$path"
    if [ ! -e "$path/.git/wod" ] || [ "$(stat -c %u "$path/.git")" != "$(id -u)" ]; then echo kind=foreign; continue; fi
    echo kind=ours
    if [ -e "$path/.git/wod-unfinished" ]; then echo unfinished=yes; fi
    if [ -e "$path/.git/wod-damaged" ]; then echo damaged=yes; continue; fi
    run() {{ git --git-dir="$path/.git" --work-tree="$path" -c core.hooksPath=/dev/null -c core.fsmonitor=false "$@"; }}
    echo "commit=$(run rev-parse -q --verify 'HEAD^{{commit}}' || true)"
    for ref in $(run for-each-ref --format='%(objectname)' refs/wod || true); do echo "base=$ref"; done
    if said=$(run status --porcelain --untracked-files=all --ignore-submodules=all); then
        printf '%s\\n' "$said" | awk '/^[?][?]/ {{ new++; next }} NF {{ changed++ }}
            END {{ print "untracked=" new + 0; print "changed=" changed + 0 }}'
    else
        echo damaged=yes
    fi
done
echo {END}
"""


@dataclass(frozen=True)
class Checkout:
    """One folder.

    ``kind`` is ours (a repository that wod made), foreign (any other folder), other (something else) or none.
    ``changed`` counts tracked paths that differ from ``commit``, ``untracked`` those that are neither tracked nor
    ignored; ``bases`` are commits that it has with all their history; ``unfinished`` says that a run was killed in it.
    """

    kind: str
    mode: int = 0
    user: str = ""
    group: str = ""
    commit: str = ""
    bases: tuple[str, ...] = ()
    changed: int = 0
    untracked: int = 0
    unfinished: bool = False
    damaged: bool = False


class Checkouts(FactBase):
    """``{path: Checkout}`` for the given folders, or ``None`` when it could not be read."""

    def command(self, paths: list[str]) -> StringCommand:
        return shell.script(_SCRIPT, *paths)

    def process(self, output: list[str]) -> dict[str, Checkout] | None:
        return read(output, parse)


def parse(lines: list[str]) -> dict[str, Checkout]:
    """``key=value`` lines; ``path`` begins a folder, ``base`` may be there more than once."""
    folders: dict[str, list[tuple[str, str]]] = {}
    path = ""
    for line in lines:
        key, _, value = line.partition("=")
        if key == "path":
            path = value
            folders[path] = []
        else:
            folders[path].append((key, value))
    return {path: _checkout(pairs) for path, pairs in folders.items()}


def _checkout(pairs: list[tuple[str, str]]) -> Checkout:
    values = dict(pairs)
    mode, user, group = values.get("owner", "0  ").split(" ", 2)
    commit, damaged = values.get("commit", ""), "damaged" in values
    bases = {value for key, value in pairs if key in ("base", "commit") and _COMMIT.fullmatch(value)}
    return Checkout(
        kind=values["kind"],
        mode=int(mode, 8),
        user=user,
        group=group,
        commit=commit,
        bases=() if damaged else tuple(sorted(bases)),
        changed=int(values.get("changed", 0)),
        untracked=int(values.get("untracked", 0)),
        unfinished="unfinished" in values,
        damaged=damaged,
    )
