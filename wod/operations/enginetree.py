"""The engine's environment: a whole tree per version of it, and a link, switched when one is complete."""

from __future__ import annotations

import base64

from pyinfra import host
from pyinfra.api import operation

from wod import shell, wheel
from wod.facts import ask
from wod.facts.venvtree import VenvTree
from wod.operations import Commands, python

RECIPE = "1"
"""Part of the digest: raise it when the way a tree is built changes."""

_BUILD = (
    python.FIND
    + """
link=$1 tree="$1-$2" digest=$2 requirements=$3 wheel=$4
umask 077; upload=$(mktemp -d); trap 'rm -rf "$upload"' EXIT
base64 -d > "$upload/$wheel"  # before taking the lock: stdin of a killed run must not be waited for under it
exec 9> /run/wod-engine-tree.lock; umask 022
flock -w 900 9 || { echo "another roll-out is building the engine" >&2; exit 1; }
rm -f "$tree/.wod-complete"
"$python" -m venv --clear "$tree"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
"$tree/bin/pip" install -q --no-deps --require-hashes -r "$requirements" >&2
"$tree/bin/pip" install -q --no-deps --no-index "$upload/$wheel" >&2
"$tree/bin/wod-engine" --help >/dev/null
cd "$tree"
ls -d bin/wod-engine lib/python*/site-packages/*.dist-info lib/python*/site-packages/wod/engine > .wod-contents
echo "$digest" > .wod-complete
before=$(readlink "$link" || true)
ln -sfn "$tree" "$link.wod-new"; mv -T "$link.wod-new" "$link"
for old in "$link"-????????????; do
    case "${old#"$link-"}" in *[!0-9a-f]*) continue ;; esac  # not a digest, so not ours
    if [ "$old" != "$tree" ] && [ "$old" != "$before" ]; then rm -rf "$old"; fi
done
"""
)


def digest_of(requirements: str) -> str:
    """Twelve hexadecimal digits that name what a tree is built from."""
    return wheel.digest(RECIPE, requirements)


@operation()
def built(link: str, digest: str, requirements: str) -> Commands:
    """Keep the engine's tree for ``digest`` whole and linked; the tree before it stays as the way back.

    + link: where everybody finds the environment
    + digest: from :func:`digest_of`
    + requirements: the file on the host with the pinned packages
    """
    tree = ask(host, VenvTree, link=link)
    if tree is None:
        yield shell.refuse(f"could not read the state of {link}")
    elif tree.foreign:
        yield shell.refuse(f"{link} is a folder that wod did not make; move it aside")
    elif tree.is_whole(digest):
        host.noop(f"{link} is {link}-{digest}, and whole")
    else:
        try:
            name, content = wheel.build()
        except wheel.WheelFailed as error:
            yield shell.refuse(str(error).replace("\n", " "))
            return
        yield shell.script(_BUILD, link, digest, requirements, name, stdin=base64.encodebytes(content).decode())
