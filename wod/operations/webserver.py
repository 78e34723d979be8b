"""nginx told anew without a restart: who reads a page or waits for the API's answer meanwhile gets it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pyinfra import host
from pyinfra.api import operation

from wod import shell
from wod.facts import ask
from wod.facts.files import PathStates
from wod.facts.webserver import CODE, WORKERS, ServingFact
from wod.fleet import notes
from wod.operations import Commands, files

PATIENCE = 30
"""Seconds in which it answers."""
STAGED_CHECK = "; ".join(
    (
        """set -e; folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT""",
        'cp -a /etc/nginx/. "$folder"; rm -f "$folder"/conf.d/wod.conf* "$folder"/sites-enabled/default',
        'cp %s "$folder/conf.d/wod.conf"; sed -i "s#/etc/nginx/#$folder/#g" "$folder/nginx.conf"',
        'nginx -t -q -c "$folder/nginx.conf"',
    )
)
"""The new configuration together with all that the host has besides, in a folder of its own."""
_RELOAD = f"""{WORKERS}{CODE}
if [ "$2" = yes ]; then
    nginx -t -q
    moment=$(date +%s)
    systemctl reload nginx.service
    for try in $(seq 100); do [ "$(workers_since)" -lt "$moment" ] || break; sleep 0.1; done
fi
end=$(($(date +%s) + {PATIENCE})); code=000
while [ "$(date +%s)" -lt "$end" ]; do
    code=$(code_of "$1")
    if [ "$code" = 200 ]; then exit 0; fi
    sleep 0.3
done
journalctl --no-pager -n 5 -u nginx.service >&2; tail -n 5 /var/log/nginx/error.log >&2 || true
echo "nginx: $1 does not answer 200 after {PATIENCE} seconds, but $code" >&2
exit 1
"""
_OWN = """
umask 077; folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
case "$2" in *[!0-9.]*) kind=DNS ;; *) kind=IP ;; esac
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$3" -subj "/CN=$2" \\
    -addext "subjectAltName=$kind:$2" -keyout "$folder/key" -out "$folder/cert" 2>"$folder/said" \\
    || { cat "$folder/said" >&2; exit 1; }
cat "$folder/cert" "$folder/key" > "$1.wod-new"
chown "root:$4" "$1.wod-new"; [ "$4" = root ] || chmod 0640 "$1.wod-new"
mv -fT "$1.wod-new" "$1"
"""
_CERTBOT = """
hook=$1 webroot=$2 mail=$3 url=$4 marker=$5; shift 5
wanted="$*"
for name in "$@"; do set -- "$@" -d "$name"; shift; done
if [ "$url" != none ]; then set -- "$@" --server "$url"; fi
certbot certonly --webroot -w "$webroot" --cert-name wod -n --agree-tos -m "$mail" --keep-until-expiring "$@" >&2 || {
    echo "certbot got no certificate; until it does, browsers warn of the one that the portal shows" >&2; exit 1
}
RENEWED_LINEAGE=/etc/letsencrypt/live/wod "$hook" >&2
printf '%s\\n' "$wanted" > "$marker"
"""


@operation()
def serving(url: str, watch: Iterable[str], pages: str = "") -> Commands:
    """Reload nginx where a file is newer than the workers that serve, and wait until it answers.

    + url: of the host itself, which must answer 200
    + watch: the files that nginx reads when it starts or is reloaded
    + pages: what it shows at that address, if it comes from files
    """
    watched = list(watch)
    state = ask(host, ServingFact, url=url, watched=watched)
    answers = state is not None and state.code == "200"
    if notes.unsettled(["nginx.service"], [pages]) or (answers and notes.unsettled(paths=watched)):
        notes.follows()
    if state is None:
        yield shell.refuse("could not read the state of nginx")
    elif state.is_stale or state.code != "200":
        yield shell.script(_RELOAD, url, "yes" if state.is_stale else "no")
    elif notes.foreseen().keys() & set(watched):  # empty but for a plan
        yield shell.script(_RELOAD, url, "yes")
    else:
        host.noop(f"nginx serves what it was told, and {url} answers")


@operation()
def without_default_site(path: str, target: str) -> Commands:
    """Take away the link by which the distribution shows its own welcome page; the page itself stays.

    + path: the link
    + target: what it must lead to; anything else is somebody's own and is left alone
    """
    states = ask(host, PathStates, paths=[path])
    if states is None or path not in states:
        yield shell.refuse(f"could not read the state of {path}")
    elif states[path].kind == "link" and states[path].detail == target:
        yield shell.call("rm", "-f", args=(path,))
    else:
        host.noop(f"{path} is not the distribution's")


@operation()
def temporary_certificate(path: str, host_name: str) -> Commands:
    """A certificate that nobody trusts, where there is none yet: nginx needs one before the authority can ask it.

    + path: the file for chain and key
    + host_name: what it is for
    """
    states = ask(host, PathStates, paths=[path])
    if states is None or path not in states:
        yield shell.refuse(f"could not read the state of {path}")
    elif states[path].kind == "none":
        yield shell.script(_OWN, path, host_name, 90, "root")
    else:
        host.noop(f"{path} is there")


@operation()
def own_certificate(path: str, host_name: str, group: str) -> Commands:
    """A certificate that signed itself, where there is none: for ten years, since nobody who accepts it looks further.

    + path: the file for certificate and key, 0640
    + host_name: what it is for
    + group: who may read it besides root
    """
    states = ask(host, PathStates, paths=[path])
    if states is None or path not in states:
        yield shell.refuse(f"could not read the state of {path}")
    elif states[path].kind == "none":
        yield shell.script(_OWN, path, host_name, 3650, group)
    else:
        host.noop(f"{path} is there")


@operation()
def acme_certificate(hook: str, webroot: str, mail: str, url: str, marker: str, names: Iterable[str]) -> Commands:
    """Fetch a certificate with certbot, where there is none or it is for other names; its timer renews it.

    + hook: the script that certbot runs after each new one
    + webroot: the folder whose files the authority asks for
    + mail: whom it may write to
    + url: its directory, or ``none`` for the one that certbot knows
    + marker: the file that says for which names there is one
    + names: what the certificate is for
    """
    wanted = list(names)
    states = ask(host, PathStates, paths=[marker])
    if states is None or marker not in states:
        yield shell.refuse(f"could not read the state of {marker}")
    elif states[marker].detail == hashlib.sha256(files.text_of(" ".join(wanted)).encode()).hexdigest():
        host.noop(f"there is a certificate for {', '.join(wanted)}")
    else:
        yield shell.script(_CERTBOT, hook, webroot, mail, url, marker, *wanted)
