"""Who was on a host since it was last changed by us: a hint, as far as the host remembers."""

from __future__ import annotations

from functools import partial

from wod import shell
from wod.connection import opened, run
from wod.fleet.apart import ask_each
from wod.operations.stamp import PATH
from wod.site import Site

MOST = 10
"""Lines per host."""
SECONDS = 60.0
# Our own commands are `sudo … sh -c …` without a terminal; what people type names a program, or a shell alone.
_SCRIPT = f"""
since=$(sed -n 's/.*"changed": *"\\([^"]*\\)".*/\\1/p' "$1" 2>/dev/null | head -n 1)
since=$(date -d "${{since:-yesterday}}" '+%Y-%m-%d %H:%M:%S')
last -w -s "$since" 2>/dev/null | grep -v -e '^reboot' -e '^wtmp' -e '^$' | tail -n {MOST} || true
journalctl -q --no-pager -o short-iso --since "$since" _COMM=sudo 2>/dev/null \\
    | grep 'COMMAND=' | grep -v 'COMMAND=[^ ]*sh -e*u*c ' | tail -n {MOST} || true
"""


def since_roll_out(site: Site, names: list[str], jobs: int) -> dict[str, tuple[str, ...]]:
    """``{host: lines of last(1) and of sudo's journal}``; nothing for a host that does not tell."""
    answers = ask_each(names, partial(_asked, site), seconds=SECONDS, jobs=jobs) if names else []
    return {name: parse(answer.text) for name, answer in zip(names, answers, strict=True)}


def _asked(site: Site, name: str) -> str:
    with opened(site, name) as (_, host):
        return run(host, shell.script(_SCRIPT, PATH))


def parse(text: str) -> tuple[str, ...]:
    """Lines with single spaces."""
    return tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())
