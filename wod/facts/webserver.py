"""The web server and its pages on a host: since when it serves what it was told, and what lies in its root."""

from __future__ import annotations

from dataclasses import dataclass

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, complete, read

WORKERS = """
# Seconds since 1970 when the oldest worker started that takes new connections; after a reload all of them are new.
# Where both were in the same second, the later end of it counts.
workers_since() {
    main=$(systemctl show --property=MainPID --value nginx.service); oldest=0
    [ "${main:-0}" != 0 ] || return 0
    oldest=$(ps -o etimes=,args= --ppid "$main" |
        awk '/worker process/ && !/shutting down/ { if ($1 > most || !seen++) most = $1 } END { print most + 0 }')
    echo $(($(date +%s) - oldest))
}
"""
CODE = """
code_of() { curl -sS -k -m 10 -o /dev/null -w '%{http_code}' --noproxy '*' "$1" 2>/dev/null || true; }
"""
_SERVING = f"""{WORKERS}{CODE}
echo "since=$(workers_since)"
echo "code=$(code_of "$1")"
shift
for path in "$@"; do echo "changed=$(stat -L -c '%Y' -- "$path" 2>/dev/null || echo 0)"; done
echo {END}
"""
_ROOT = f"""
target=$(readlink -- "$1/current" 2>/dev/null || true)
case "$target" in *[!0-9a-f]*) target='?' ;; esac
echo "target=$target"
if [ -n "$target" ] && [ -d "$1/$target" ]; then
    cd "$1/$target"
    sum=$(find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum)
    echo "sum=${{sum%% *}}"
    if [ -n "$(find . ! -type f ! -type d -print -quit)" ]; then echo "sum=links"; fi
fi
echo {END}
"""
_LISTENER = f"""
ss -ltnpH "sport = :$1" 2>/dev/null | grep -v '"nginx"' | head -n 1 || true
echo {END}
"""


@dataclass(frozen=True)
class Serving:
    """``since``: seconds since 1970, 0 when it does not run; ``code`` its answer (000: none); ``changed`` the newest of
    the watched files."""

    since: int
    code: str
    changed: int

    @property
    def is_stale(self) -> bool:
        return self.changed > self.since


class ServingFact(FactBase):
    """:class:`Serving`, or ``None`` when it could not be read."""

    def command(self, url: str, watched: list[str]) -> StringCommand:
        return shell.script(_SERVING, url, *watched)

    def process(self, output: list[str]) -> Serving | None:
        return read(output, parse_serving)


def parse_serving(lines: list[str]) -> Serving:
    """``since=``, ``code=``, then a ``changed=`` per watched file."""
    pairs = [line.partition("=")[::2] for line in lines]
    known = dict(pairs)
    return Serving(int(known["since"] or 0), known["code"], max(int(v) for key, v in pairs if key == "changed"))


class WebRoot(FactBase):
    """``(name of the tree that is served, SHA-256 of its manifest)``, empty texts for none; ``None`` if unreadable."""

    def command(self, root: str) -> StringCommand:
        return shell.script(_ROOT, root)

    def process(self, output: list[str]) -> tuple[str, str] | None:
        return read(output, parse_root)


def parse_root(lines: list[str]) -> tuple[str, str]:
    known = dict(line.partition("=")[::2] for line in lines)
    return known["target"], known.get("sum", "")


class OtherListener(FactBase):
    """The socket of another program than nginx on a port, as ``ss`` shows it; empty when there is none."""

    def command(self, port: int) -> StringCommand:
        return shell.script(_LISTENER, port)

    def process(self, output: list[str]) -> str | None:
        lines = complete(output)
        return None if lines is None else "".join(lines)
