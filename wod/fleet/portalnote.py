"""The note that a check leaves on the api-db hosts, for the operators' page."""

from __future__ import annotations

import json
from functools import partial

from wod import shell
from wod.api.config import Api
from wod.apisettings import ACCOUNT
from wod.connection import opened, run
from wod.fleet.apart import ask_each
from wod.fleet.drift import Report, portal_file
from wod.site import Site

SECONDS = 60.0
PATH = Api.drift
_WRITE = """
[ -d "$(dirname "$1")" ] || { echo "the API is not installed yet" >&2; exit 1; }
umask 027; new=$(mktemp "$1.wod-new.XXXXXX"); trap 'rm -f "$new"' EXIT
cat > "$new"; chgrp "$2" "$new"; chmod 0640 "$new"; mv -fT "$new" "$1"
"""


def leave(site: Site, report: Report) -> list[str]:
    """Write it on every api-db host that can be reached; why it could not be written on the others."""
    reached = {host.host for host in report.hosts if host.reachable}
    told = {host.host for host in report.hosts}
    ours = [host.name for host in site.hosts if host.role == "api_db" and host.managed]
    names = [name for name in ours if name in reached or name not in told]
    text = json.dumps(portal_file(report))
    answers = ask_each(names, partial(_left, site, text), seconds=SECONDS) if names else []
    return [answer.error for answer in answers if answer.error]


def _left(site: Site, text: str, name: str) -> str:
    with opened(site, name) as (_, host):
        return run(host, shell.script(_WRITE, PATH, ACCOUNT, stdin=text))
