"""The state of systemd units, and whether what they were started from has changed since."""

from __future__ import annotations

from dataclasses import dataclass

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

_PROPERTIES = "Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload,ExecMainStartTimestamp,ActiveEnterTimestamp"

_SCRIPT = f"""
export LC_ALL=C TZ=UTC  # so that date(1) reads what systemctl writes
moment() {{ systemctl show --timestamp=us --property="$1" --value -- "$2"; }}
units=$1; shift
for unit in $units; do
    echo "unit=$unit"
    systemctl show --property={_PROPERTIES} -- "$unit"
    since=$(moment ExecMainStartTimestamp "$unit")
    [ -n "$since" ] || since=$(moment ActiveEnterTimestamp "$unit")
    echo "Since=$(date -d "${{since:-@0}}" +%s.%N 2>/dev/null || echo 0)"
done
for path in "$@"; do
    echo "watched=$(stat -L -c '%.Y' -- "$path" 2>/dev/null || echo 0) $path"
done
echo {END}
"""


@dataclass(frozen=True)
class UnitState:
    """One unit; ``since`` is when its main process started (seconds since 1970, 0 if it never did).

    To the microsecond: what is installed and configured at once is started and written to within one second.
    """

    active: bool = False
    failed: bool = False
    masked: bool = False
    enabled: bool = False
    exists: bool = False
    needs_reload: bool = False
    since: float = 0


@dataclass(frozen=True)
class Services:
    """Units by name, and when each watched path last changed (seconds since 1970, 0 if absent)."""

    units: dict[str, UnitState]
    changed: dict[str, float]


class ServiceStates(FactBase):
    """:class:`Services` for the given units and watched paths, or ``None`` when it could not be read."""

    def command(self, units: list[str], watched: list[str]) -> StringCommand:
        return shell.script(_SCRIPT, " ".join(units), *watched)

    def process(self, output: list[str]) -> Services | None:
        return read(output, parse)


def parse(lines: list[str]) -> Services:
    """The fact's lines: blocks of ``systemctl show`` behind ``unit=NAME``, then ``watched=TIME PATH``."""
    blocks: dict[str, dict[str, str]] = {}
    changed: dict[str, float] = {}
    block: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition("=")
        if key == "unit":
            block = blocks.setdefault(value, {})
        elif key == "watched":
            time, _, path = value.partition(" ")
            changed[path] = float(time)
        else:
            block[key] = value
    return Services({name: _unit(fields) for name, fields in blocks.items()}, changed)


def _unit(fields: dict[str, str]) -> UnitState:
    load, file_state = fields.get("LoadState"), fields.get("UnitFileState", "")
    return UnitState(
        active=fields.get("ActiveState") in ("active", "reloading"),
        failed=fields.get("ActiveState") == "failed",
        masked="masked" in (load, file_state) or file_state == "masked-runtime",
        enabled=file_state in ("enabled", "static", "alias", "indirect", "generated"),
        exists=load in ("loaded", "masked"),
        needs_reload=fields.get("NeedDaemonReload") == "yes",
        since=float(fields.get("Since") or 0),
    )
