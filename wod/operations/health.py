"""A service over HTTP that answers, or is waited for."""

from __future__ import annotations

from pyinfra import host
from pyinfra.api import FactBase, StringCommand, operation

from wod import shell
from wod.facts import END, ask, complete
from wod.fleet import notes
from wod.operations import Commands

PATIENCE = 60
"""Seconds."""
POSTGRESQL = "postgresql"
"""What its units' names begin with: without it, what keeps its data there does not answer."""
_ASK = f"""curl -sS -k -m 10 -o /dev/null -w '%{{http_code}}\\n' --noproxy '*' "$1" 2>/dev/null || true; echo {END}"""
_WAIT = """
end=$(($(date +%s) + $2)); code=000
while [ "$(date +%s)" -lt "$end" ]; do
    code=$(curl -sS -k -m 10 -o /dev/null -w '%{http_code}' --noproxy '*' "$1" 2>/dev/null) || true
    [ "$code" = 200 ] && exit 0
    sleep 0.3
done
journalctl --no-pager -n 15 -u "$3" >&2
case "$code" in 000) said="does not answer" ;; *) said="answers $code" ;; esac
echo "$3: $1 $said after $2 seconds" >&2
exit 1
"""


class HttpCode(FactBase):
    """The status with which a URL answers (``000`` when it does not), or ``None`` when it could not be asked."""

    def command(self, url: str) -> StringCommand:
        return shell.script(_ASK, url)

    def process(self, output: list[str]) -> str | None:
        lines = complete(output)
        return "".join(lines[-1:]) if lines is not None else None


@operation()
def answering(url: str, unit: str) -> Commands:
    """Wait until ``url`` answers 200, or fail with the last lines of the unit's journal and a sentence.

    + url: of the host itself, so whose certificate it shows does not matter
    + unit: the systemd unit that is to answer
    """
    if ask(host, HttpCode, url=url) == "200":
        host.noop(f"{url} answers")
    else:
        if notes.unsettled(units=(unit, POSTGRESQL)):
            notes.follows()
        yield shell.script(_WAIT, url, PATIENCE, unit)
