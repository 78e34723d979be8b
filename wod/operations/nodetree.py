"""The original's Node application: a whole tree per version of it, its database, and a link, switched when all is done.

The application before keeps answering meanwhile: its tree is not touched, and migrations come right before the switch.
"""

from __future__ import annotations

import base64

from pyinfra import host
from pyinfra.api import operation

from wod import shell
from wod.facts import ask
from wod.facts.files import PathStates
from wod.facts.nodetree import NodeTrees
from wod.fleet import notes
from wod.operations import Commands

_BUILD = """
link=$1 tree="$1-$2" digest=$2 account=$3 state=$4 environment=$5 database=$6 setup=$7 migrate=$8
umask 077; upload=$(mktemp); trap 'rm -f "$upload"' EXIT
base64 -d > "$upload"  # before taking the lock: stdin of a killed run must not be waited for under it
exec 9> /run/wod-nodeapi.lock
flock -w 900 9 || { echo "another roll-out is building the application" >&2; exit 1; }
as_account() {
    (cd "$tree"; exec 9>&-; runuser -u "$account" -- env -i HOME="$state" LC_ALL=C.UTF-8 "$@" </dev/null >&2)
}
before=$(readlink "$link" || true)
rm -rf "$tree"; mkdir -m 0750 "$tree"
tar -xzf "$upload" --no-same-owner -C "$tree"
packages=$(cd "$tree"; cat package.json package-lock.json 2>/dev/null | sha256sum | cut -d' ' -f1)
if [ -d "$before/node_modules" ] && [ "$(cat "$before/.wod-packages")" = "$packages" ]; then
    cp -a "$before/node_modules" "$tree/"
else
    # Also what only development needs: the original starts by babel-node, which is listed there. Not as root:
    # packages bring programs that run while they are installed.
    chown -R "$account:$account" "$tree"
    verb=install; if [ -e "$tree/package-lock.json" ]; then verb=ci; fi
    as_account PATH="$PATH" npm "$verb" --no-audit --no-fund --no-update-notifier --loglevel=error
fi
ln -sfn "$environment" "$tree/.env"
chown -hR "root:$account" "$tree"; chmod -R u=rwX,g=rX,o= "$tree"
run() { as_account PATH="$tree/node_modules/.bin:$PATH" NODE_ENV=production sh -euc "$1"; }
if [ -e "$state/.wod-filling" ]; then
    echo "the first filling of the database $database was cut short; if nothing in it is needed, run dropdb $database" \
        "as postgres, rm $state/.wod-filling, and roll out again" >&2
    exit 1
fi
tables="SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
if [ "$(cd /; runuser -u postgres -- psql -XAtq -d "$database" -c "$tables")" = 0 ]; then
    : > "$state/.wod-filling"
    rm -f "${environment%/*}/accounts.applied"  # that was another database
    run "$setup"
    rm "$state/.wod-filling"
else
    run "$migrate"
fi
(cd "$tree"; ls -d package.json .env; if [ -d node_modules ]; then ls -d node_modules; fi) > "$tree/.wod-contents"
echo "$packages" > "$tree/.wod-packages"
echo "$digest" > "$tree/.wod-complete"
ln -sfn "$tree" "$link.wod-new"; mv -T "$link.wod-new" "$link"
for old in "$link"-????????????; do
    case "${old#"$link-"}" in *[!0-9a-f]*) continue ;; esac  # not a digest, so not ours
    if [ "$old" != "$tree" ] && [ "$old" != "$before" ]; then rm -rf "$old"; fi
done
"""
_ACCOUNTS = """
there="SELECT to_regclass('public.users') IS NOT NULL"
if [ "$(cd /; runuser -u postgres -- psql -XAtq -d "$2" -c "$there")" = t ]; then
    (cd /; runuser -u postgres -- psql -Xq -v ON_ERROR_STOP=1 -d "$2" -f -) < "$1" >/dev/null
fi
install -m 0600 "$1" "$3"
"""


@operation()
def built(
    link: str, digest: str, archive: bytes, account: str, state: str, environment: str, database: str,
    setup: str, migrate: str,
) -> Commands:  # fmt: skip
    """Keep the application's tree for ``digest`` whole and linked; the tree before it stays as the way back.

    + link: where it is found
    + digest: names what the tree is built from, and its database
    + archive: its files, a compressed tar file
    + account: who runs it, and installs its packages
    + state: the account's home
    + environment: the file that is its .env
    + database: the name of its database
    + setup: commands that fill an empty database
    + migrate: commands that bring a filled one up
    """
    tree = ask(host, NodeTrees, link=link, database=database)
    if tree is None:
        yield shell.refuse(f"could not read the state of {link}")
    elif tree.foreign:
        yield shell.refuse(f"{link} is a folder that wod did not make; move it aside")
    elif tree.is_whole(digest):
        host.noop(f"{link} is {link}-{digest}, and whole")
    else:
        notes.written(link)
        arguments = (link, digest, account, state, environment, database, setup or ":", migrate or ":")
        yield shell.script(_BUILD, *arguments, stdin=base64.encodebytes(archive).decode())


@operation()
def accounts(statements: str, applied: str, database: str) -> Commands:
    """Give the application's accounts their passwords and roles, when these are other than the last time.

    + statements: the file with the SQL
    + applied: the copy of the one that was carried out last
    + database: the name of the database
    """
    states = ask(host, PathStates, paths=[statements, applied])
    if states is None or not states.keys() >= {statements, applied}:
        yield shell.refuse(f"could not read the state of {statements}")
    elif states[applied].kind == "file" and states[applied].detail == states[statements].detail:
        host.noop("the accounts have their passwords and roles")
    else:
        yield shell.script(_ACCOUNTS, statements, database, applied)
