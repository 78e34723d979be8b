"""The api-db host of a site, for commands of the control node: `wod-api` there, as its own account."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyinfra.api import StringCommand

from wod import remote, shell
from wod.apisettings import ACCOUNT, PROGRAM, health_url
from wod.connection import HostFailed, connected, run
from wod.database import BACKUPS
from wod.errors import BadInput
from wod.hub import Hub
from wod.settings import Settings
from wod.site import Site, SiteHost

SERVICES = "wod-api.service wod-lifecycle.service"
DUMP = re.compile(r"wod-\d{8}T\d{6}Z(-\d+)?[.]dump", re.ASCII)
PATIENCE = 60
"""Seconds in which the API answers after a restore."""
DONE = "wod-exit-code"
_INSTALLED = f"""[ -x {PROGRAM} ] || {{ echo "the API is not installed; run deploys/api-db.py" >&2; exit 1; }}"""
_TELL = "; ".join(
    (
        _INSTALLED,
        f'cd /; code=0; runuser -u {ACCOUNT} -- {PROGRAM} "$@" 2>&1 || code=$?',
        f'echo "{DONE} $code"',
    )
)
"""One line, since it is given as an option is: the words after it may be options, too."""
# The services come back even if the control node goes away meanwhile: nobody to talk to must not end the script.
_RESTORE = f"""
{_INSTALLED}
health=$1 file=$2 upload=$3
trap '' HUP PIPE INT TERM
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; said="$folder/said"
if [ -n "$upload" ]; then
    umask 077; file="$folder/$upload"; base64 -d > "$file"; chown {ACCOUNT}: "$folder" "$file"
fi
again=""
for unit in {SERVICES}; do if systemctl -q is-enabled $unit 2>/dev/null; then again="$again $unit"; fi; done
code=0
if [ -n "$again" ]; then systemctl stop $again >"$said" 2>&1 || code=2; fi
if [ $code = 0 ]; then (cd /; runuser -u {ACCOUNT} -- {PROGRAM} restore "$file") >"$said" 2>&1 || code=$?; fi
if [ -n "$again" ]; then
    systemctl start $again >>"$said" 2>&1 || code=2
    for second in $(seq {PATIENCE}); do
        if curl -sfk -m 5 --noproxy '*' -o /dev/null "$health"; then again=""; break; fi
        sleep 1
    done
fi
if [ -n "$again" ]; then
    echo "the API does not answer; see: journalctl -u wod-api" >>"$said"; [ $code != 0 ] || code=1
fi
cat "$said"; echo "{DONE} $code"
"""
_FETCH = f"""
cd {BACKUPS}
[ -f "$1" ] || {{ echo "there is no backup $1; wod api backups lists them" >&2; exit 1; }}
sha256sum < "$1"
base64 -w 65536 < "$1"
"""


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code: 0 done, 1 something is left to be mended, 2 it could not be done."""

    code: int
    text: str

    @classmethod
    def parse(cls, output: str) -> Answer:
        """The last line has the code; :class:`ValueError` for an output that was cut short."""
        text, mark, code = output.rstrip().rpartition(DONE)
        if not mark:
            raise ValueError("the host's answer was cut short; run the command again")
        return cls(int(code), text.rstrip())


def name_of(site: Site, given: str | None) -> str:
    """The site's api-db host: the one given, or the only one. :class:`BadInput` names those there are."""
    names = [host.name for host in site.hosts if host.role == "api_db"]
    if given is None and len(names) == 1:
        return names[0]
    if given not in names or given is None:
        there = f"its api_db hosts are {', '.join(names)}; name one with --host" if names else "it has no api_db host"
        raise BadInput(f"{given or 'no host'}: not an api_db host of this inventory; {there}")
    return given


@contextmanager
def connection(inventory: Path, site: Site, given: str | None) -> Iterator[tuple[Settings, Any]]:
    """``(its settings, the pyinfra host)`` of the api-db host while the connection is open."""
    with connected(inventory, name_of(site, given)) as (chosen, host):
        yield chosen.settings, host


def tell(host: Any, *words: str, args: tuple[object, ...] = (), stdin: str | None = None) -> Answer:
    """``wod-api words… args…``; ``words`` are ours, ``args`` the user's and never options."""
    return _answer(host, shell.call("sh", "-euc", _TELL, "wod", *words, args=args, stdin=stdin))


def restore(host: Any, settings: Settings, file: str | Path) -> Answer:
    """A local file (a :class:`Path`), or the backup of that name on the host. The services stand still meanwhile."""
    health = health_url(settings)
    if isinstance(file, Path):
        dump = base64.encodebytes(file.read_bytes()).decode()
        name = file.name if DUMP.fullmatch(file.name) else "given.dump"
        return _answer(host, shell.script(_RESTORE, health, "", name, stdin=dump))
    return _answer(host, shell.script(_RESTORE, health, file, ""))


def _answer(host: Any, command: StringCommand) -> Answer:
    try:
        return Answer.parse(run(host, command))
    except ValueError as error:
        raise HostFailed(f"{host.name}: {error}") from None


def fetch(host: Any, name: str) -> bytes:
    """A backup's content. :class:`HostFailed` unless all of it came."""
    digest, _, encoded = run(host, shell.script(_FETCH, name)).partition("\n")
    content = base64.b64decode(encoded)
    if hashlib.sha256(content).hexdigest() != digest.split()[0]:
        raise HostFailed(f"{host.name}: {name} did not come over whole; try again")
    return content


def running_servers(inventory: Path, backends: list[SiteHost]) -> tuple[dict[str, str], list[str]]:
    """``({location: JSON {student: running}}, why the others are missing)``, as each backend's Hub says."""
    seen: dict[str, str] = {}
    silent: list[str] = []
    for backend in backends:
        try:
            with connected(inventory, backend.name) as (chosen, host):
                access = Hub.access
                said = run(host, remote.program("hub_users", "list", access.url, access.token_file))
                seen[chosen.settings.WODBEEXTFQDN] = said
        except HostFailed as error:
            silent.append(str(error))
    return seen, silent
