"""The rows of a site's status as Prometheus' text format, for node_exporter's textfile collector and its like.

Names and units: https://prometheus.io/docs/practices/naming/; the format:
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime

from wod.fleet.status import Row

Sample = tuple[dict[str, str], float]
HELP = {
    "wod_host_up": "Whether the host could be reached and asked",
    "wod_host_healthy": "Whether all checks of its role went well",
    "wod_host_held": "Whether it is kept out of roll-outs",
    "wod_host_drifted": "Whether the last check for drift found any",
    "wod_host_current": "Whether it has what the repository has: revision, settings, private files, content",
    "wod_host_info": "What it was given last",
    "wod_host_changed_timestamp_seconds": "When a roll-out changed it last",
    "wod_host_units_failed": "systemd units that have failed",
    "wod_host_seats": "Student accounts of the backend",
    "wod_host_students_active": "Students whose server runs",
    "wod_host_orders": "Orders in the engine's queue, by state",
    "wod_host_filesystem_used_ratio": "How full a filesystem is for its accounts",
    "wod_host_certificate_expiry_timestamp_seconds": "When the portal's certificate ends",
    "wod_host_uptime_seconds": "Since the host was started",
    "wod_host_load1": "The load average of one minute",
    "wod_host_survey_duration_seconds": "How long it took to ask the host",
    "wod_survey_timestamp_seconds": "When all this was asked",
}
STATES = ("new", "waiting", "retry", "running", "dead")
"""All are told of a backend, so that a series does not end when its last order is carried out."""


def text(rows: Iterable[Row], now: float | None = None) -> str:
    """All metrics, each with its HELP and TYPE; those without a sample are left out."""
    found: dict[str, list[Sample]] = {name: [] for name in HELP}
    for row in rows:
        for name, labels, value in samples(row):
            found[name].append(({"host": row.host, "role": row.role, **labels}, float(value)))
    found["wod_survey_timestamp_seconds"].append(({}, float(int(time.time() if now is None else now))))
    return "".join(_metric(name, several) for name, several in found.items() if several)


def samples(row: Row) -> Iterator[tuple[str, dict[str, str], float]]:
    """``(metric, its own labels, value)``; what is not known is left out, as Prometheus asks for."""
    seen = row.seen
    yield "wod_host_up", {}, not seen.error
    yield "wod_host_held", {}, bool(row.held)
    yield "wod_host_drifted", {}, bool(row.drift)
    yield "wod_host_survey_duration_seconds", {}, seen.seconds
    if seen.error:
        return
    yield "wod_host_healthy", {}, row.well
    for part, is_current in row.current.items():
        if is_current is not None:
            yield "wod_host_current", {"part": part}, is_current
    yield from _stamped(row)
    yield from _backend(row)
    if "failed" not in seen.trouble:
        yield "wod_host_units_failed", {}, len(seen.failed)
    for disk in seen.disks:
        yield "wod_host_filesystem_used_ratio", {"mountpoint": disk.path}, disk.used
    yield from _given("wod_host_certificate_expiry_timestamp_seconds", seen.expires)
    yield from _given("wod_host_uptime_seconds", seen.uptime)
    yield from _given("wod_host_load1", seen.load)


def _given(name: str, value: float | None) -> Iterator[tuple[str, dict[str, str], float]]:
    if value is not None:
        yield name, {}, value


def _stamped(row: Row) -> Iterator[tuple[str, dict[str, str], float]]:
    stamp = row.seen.stamp
    if not stamp:
        return
    yield (
        "wod_host_info",
        {key: stamp.get(key, "") for key in ("revision", "settings", "private", "content", "platform")},
        1,
    )
    try:
        changed = datetime.strptime(stamp.get("changed", ""), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return  # a damaged stamp says no time
    yield "wod_host_changed_timestamp_seconds", {}, changed.timestamp()


def _backend(row: Row) -> Iterator[tuple[str, dict[str, str], float]]:
    yield from _given("wod_host_seats", row.seats)
    yield from _given("wod_host_students_active", row.seen.active)
    if row.seen.queue is not None:
        for state in STATES:
            yield "wod_host_orders", {"state": state}, row.seen.queue.get(state, 0)


def _metric(name: str, several: list[Sample]) -> str:
    head = f"# HELP {name} {HELP[name]}\n# TYPE {name} gauge\n"
    return head + "".join(f"{name}{_labels(labels)} {value:.15g}\n" for labels, value in several)


def _labels(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items()) + "}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
