"""What a roll-out would change, told: text and plain data. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wod.fleet import wording
from wod.fleet.holds import Hold
from wod.fleet.result import BAD, HostResult

NOTHING, ERROR, CHANGES = 0, 1, 2
"""Exit codes."""


def exit_code(results: Sequence[HostResult]) -> int:
    """1 when a host could not be judged, else 2 when there is something to change."""
    if any(result.outcome in BAD for result in results):
        return ERROR
    return CHANGES if any(result.changes for result in results) else NOTHING


def summary(results: Sequence[HostResult]) -> str:
    """``5 hosts: 2 would change, 2 as they should be, 1 not judged (www)``."""
    lost = [result.host for result in results if result.outcome in BAD]
    changed = sum(1 for result in results if result.changes and result.outcome not in BAD)
    same = len(results) - len(lost) - changed
    said = f"{wording.count(len(results), 'host')}: {changed} would change, {same} as they should be"
    return f"{said}, {len(lost)} not judged ({', '.join(lost)})" if lost else said


def text(results: Sequence[HostResult], holds: Mapping[str, Hold]) -> Iterator[str]:
    """Lines with colour, host by host, then the summary."""
    for result in results:
        yield wording.host_line(result.host, wording.headline(result), result.outcome)
        if result.host in holds:
            yield f"  {holds[result.host]}; a roll-out leaves it out"
        for change in wording.shown(result):
            yield from map(wording.coloured, wording.change_lines(change))
    yield summary(results)


def data(results: Sequence[HostResult], holds: Mapping[str, Hold]) -> dict[str, Any]:
    """For ``--json``: the summary, and each host's result with ``people``, ``restarts`` and ``held``."""
    return {"summary": summary(results), "hosts": [_host(result, holds.get(result.host)) for result in results]}


def _host(result: HostResult, hold: Hold | None) -> dict[str, Any]:
    more = {"people": result.people, "restarts": list(wording.restarts(result.changes))}
    return {**result.as_dict(), **more, "held": str(hold) if hold else ""}
