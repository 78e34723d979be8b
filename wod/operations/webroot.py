"""The files that a web server shows: a folder per release, and a link that moves from one to the next at once."""

from __future__ import annotations

import base64

from pyinfra import host
from pyinfra.api import operation

from wod import shell
from wod.facts import ask
from wod.facts.webserver import WebRoot
from wod.fleet import notes
from wod.operations import Commands

NAME = 12
"""Digits of the digest that name a release."""
_PUT = """
root=$1 name=$2 digest=$3
umask 022; mkdir -p "$root"
new=$(mktemp -d "$root/.wod-new.XXXXXX"); trap 'rm -rf "$new"' EXIT; chmod 755 "$new"
base64 -d | tar -xzf - --no-same-owner -C "$new"
exec 9> /run/wod-portal.lock
flock -w 300 9 || { echo "another roll-out is changing the pages" >&2; exit 1; }
sum=$(cd "$new"; find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum)
[ "${sum%% *}" = "$digest" ] || { echo "$root: the pages were damaged on the way" >&2; exit 1; }
before=$(readlink "$root/current" || true)
if [ -e "$root/$name" ]; then mv -T "$root/$name" "$root/.wod-old.$$"; fi
mv -T "$new" "$root/$name"
ln -sfn "$name" "$root/current.wod-new"; mv -T "$root/current.wod-new" "$root/current"
rm -rf "$root"/.wod-old.*
for old in "$root"/????????????; do
    folder=${old##*/}
    case "$folder" in *[!0-9a-f]*) continue ;; esac  # not a digest, so not ours
    if [ "$folder" != "$name" ] && [ "$folder" != "$before" ]; then rm -rf "$old"; fi
done
for old in "$root"/.wod-new.*; do  # of killed runs
    [ -z "$(find "$old" -maxdepth 0 -mmin +60 2>/dev/null)" ] || rm -rf "$old"
done
"""


@operation()
def shown(root: str, digest: str, archive: bytes) -> Commands:
    """Keep the files below ``<root>/current`` exactly as they should be; the release before stays as the way back.

    + root: the folder of all releases
    + digest: of the manifest, 64 hexadecimal digits
    + archive: the files, a compressed tar file
    """
    found = ask(host, WebRoot, root=root)
    if found is None:
        yield shell.refuse(f"could not read {root}")
    elif found == (digest[:NAME], digest):
        host.noop(f"{root}/current is {digest[:NAME]}, and whole")
    else:
        notes.written(f"{root}/current")
        yield shell.script(_PUT, root, digest[:NAME], digest, stdin=base64.encodebytes(archive).decode())
