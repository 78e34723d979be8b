"""The API's database taken back to what an older release knows, on the api-db host, before that is rolled out."""

from __future__ import annotations

from typing import Any

from wod import shell
from wod.apihost import DONE, SERVICES, Answer
from wod.apisettings import ACCOUNT, PROGRAM
from wod.connection import HostFailed, run

# If it fails the services come back, even if the control node goes away meanwhile; else the older release starts them.
_TAKE_BACK = f"""
revision=$1 keep=$2
trap '' HUP PIPE INT TERM
as_api() {{ (cd /; runuser -u {ACCOUNT} -- {PROGRAM} "$@" 2>&1); }}
end() {{ echo "{DONE} $1"; exit 0; }}
[ -x {PROGRAM} ] || end 0
code=0; as_api migrate --down "$revision" --check || code=$?
[ $code = 1 ] || end $code
again=""
for unit in {SERVICES}; do if systemctl -q is-active $unit; then again="$again $unit"; fi; done
code=0
if [ -n "$again" ]; then systemctl stop $again 2>&1 || code=2; fi
if [ $code = 0 ]; then as_api backup --keep "$keep" || code=$?; fi
if [ $code = 0 ]; then as_api migrate --down "$revision" || code=$?; fi
if [ $code != 0 ] && [ -n "$again" ]; then systemctl start $again 2>&1 || true; fi
end $code
"""


def take_back(host: Any, revision: str, keep: int) -> str:
    """Down to the migration ``revision``, after a backup; why it could not be done, empty when it is done.

    The API and the life cycle then stand still until the release that goes with it is rolled out.
    """
    try:
        answer = Answer.parse(run(host, shell.script(_TAKE_BACK, revision, keep)))
    except (ValueError, HostFailed) as error:
        return str(error)
    if "unrecognized arguments" in answer.text:
        return f"the API there is of a release that takes nothing back; first: wod rollout --limit {host.name}"
    said = " ".join(answer.text.split())
    return f"its database could not be taken back to {revision}: {said}" if answer.code else ""
