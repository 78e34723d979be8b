"""The environment of a part of ours on a host: a tree per version of it, and a link, switched when one is complete.

A killed run leaves an incomplete tree that no link points to. What runs goes on in the tree that it was started from.
"""

from __future__ import annotations

import base64

from pyinfra import host
from pyinfra.api import operation

from wod import shell, wheel
from wod.facts import ask
from wod.facts.venvtree import VenvTree
from wod.fleet import notes
from wod.operations import Commands, python
from wod.wheel import Part

RECIPE = "2"
"""Part of the digest: raise it when the way a tree is built changes."""

_LOCK = """
umask 077
exec 9> "/run/$program-tree.lock"; umask 022
flock -w 900 9 || { echo "another roll-out is building $program" >&2; exit 1; }
"""
_BUILD = (
    python.FIND
    + """
link=$1 tree="$1-$2" digest=$2 requirements=$3 wheel=$4 program=$5
umask 077; upload=$(mktemp -d); trap 'rm -rf "$upload"' EXIT
base64 -d > "$upload/$wheel"  # before taking the lock: stdin of a killed run must not be waited for under it
"""
    + _LOCK
    + """
rm -f "$tree/.wod-complete"
"$python" -m venv --clear "$tree"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
"$tree/bin/pip" install -q --no-deps --require-hashes -r "$requirements" >&2
"$tree/bin/pip" install -q --no-deps --no-index "$upload/$wheel" >&2
"$tree/bin/$program" --help >/dev/null
cd "$tree"
ls -d "bin/$program" lib/python*/site-packages/*.dist-info lib/python*/site-packages/wod/* > .wod-contents
echo "$digest" > .wod-complete
"""
)
_SWITCH = (
    "link=$1 tree=$1-$2 digest=$2 program=$3\n"
    + _LOCK
    + """
[ "$(cat "$tree/.wod-complete")" = "$digest" ] || { echo "$tree is not complete" >&2; exit 1; }
before=$(readlink "$link" || true)
ln -sfn "$tree" "$link.wod-new"; mv -T "$link.wod-new" "$link"
for old in "$link"-????????????; do
    case "${old#"$link-"}" in *[!0-9a-f]*) continue ;; esac  # not a digest, so not ours
    if [ "$old" != "$tree" ] && [ "$old" != "$before" ]; then rm -rf "$old"; fi
done
"""
)


def digest_of(part: Part, requirements: str) -> str:
    """Twelve hexadecimal digits that name what a tree is built from."""
    return wheel.digest(part, RECIPE, requirements)


@operation()
def built(link: str, digest: str, requirements: str, part: Part, ready: str = "") -> Commands:
    """Keep a part's tree for ``digest`` whole and linked; the tree before it stays as the way back.

    + link: where everybody finds the environment
    + digest: from :func:`digest_of`
    + requirements: the file on the host with the pinned packages
    + part: what is installed, from :mod:`wod.wheel`
    + ready: a script of ours, given the new tree as $1, that must succeed before the link is switched to it
    """
    tree = ask(host, VenvTree, link=link)
    if tree is None:
        yield shell.refuse(f"could not read the state of {link}")
    elif tree.foreign:
        yield shell.refuse(f"{link} is a folder that wod did not make; move it aside")
    elif tree.is_whole(digest):
        host.noop(f"{link} is {link}-{digest}, and whole")
    else:
        notes.written(link, f"{link}/.wod-complete")
        try:
            name, content = wheel.build(part)
        except wheel.WheelFailed as error:
            yield shell.refuse(str(error).replace("\n", " "))
            return
        text = base64.encodebytes(content).decode()
        yield shell.script(_BUILD, link, digest, requirements, name, part.name, stdin=text)
        if ready:
            yield shell.script(ready, f"{link}-{digest}")
        yield shell.script(_SWITCH, link, digest, part.name)
