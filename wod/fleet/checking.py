"""Look for drift on a platform's hosts, and mend it. A check changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from wod.fleet import drift, logins, portalnote
from wod.fleet.drift import AS_ROLLED_OUT, DRIFTED, HostDrift, Report
from wod.fleet.history import History, HostRow
from wod.fleet.holds import Hold, holds
from wod.fleet.lock import locked
from wod.fleet.logs import new_folder
from wod.fleet.result import BAD, HostResult
from wod.fleet.runs import run
from wod.fleet.selection import select
from wod.fleet.state import Folder, folder_of, write_json
from wod.inventory import load_site
from wod.private import Private
from wod.revision import revision
from wod.site import Site


@dataclass(frozen=True)
class Job:
    """Which hosts are looked at, and how: ``limit`` as for :func:`select`; ``seconds`` a host may take."""

    inventory: Path
    limit: tuple[str, ...] = ()
    jobs: int = 8
    seconds: float = 600.0


def check(job: Job, warn: Callable[[str], None] = lambda text: None) -> Report:
    """What differs; kept in the history, and told to the operators' page. ``warn`` gets what could not be told."""
    site = load_site(job.inventory)
    report = _look(job, site, folder_of(site.group))
    _tell(job, site, report, warn)
    write_json(last_report(folder_of(site.group)), drift.data(report))
    return report


def last_report(folder: Folder) -> Path:
    """Where the last report is kept, for ``wod drift report``."""
    return folder.path / "drift.json"


def fix(job: Job, behind: bool = False, warn: Callable[[str], None] = lambda text: None) -> Report:
    """Check, then roll out again where there is drift; held hosts are left alone, and those that are merely behind."""
    site = load_site(job.inventory)
    folder = folder_of(site.group)
    with locked(folder, "wod drift fix"):
        report = _look(job, site, folder)
        names = drift.mendable(report.hosts, behind)
        mended = _mend(job, folder, names) if names else []
        report = replace(report, kind="fix", mended=tuple(mended))
        if mended:
            History(folder.history).record("fix", _now(), 0.0, _rows_of_fix(site, mended))
    _tell(job, site, after(report), warn)
    write_json(last_report(folder), drift.data(report))
    return report


def after(report: Report) -> Report:
    """As things are once hosts were mended."""
    good = {result.host for result in report.mended if result.outcome not in BAD}
    hosts = [replace(host, verdict=AS_ROLLED_OUT, changes=()) if host.host in good else host for host in report.hosts]
    return replace(report, hosts=tuple(hosts))


def _look(job: Job, site: Site, folder: Folder) -> Report:
    began, start = _now(), time.monotonic()
    names = [host.name for host in select(site, job.limit)]
    logs = new_folder(folder, "checks")
    results = run(job.inventory, names, "plan", jobs=job.jobs, seconds=job.seconds, logs=logs)
    history, held = History(folder.history), holds(folder)
    hosts = [_judged(site, history, held, result) for result in results]
    seen = logins.since_roll_out(site, [host.host for host in hosts if host.verdict == DRIFTED], job.jobs)
    hosts = [replace(host, logins=seen.get(host.host, ())) for host in hosts]
    took = round(time.monotonic() - start, 1)
    history.record("check", began, took, [_row(site, host) for host in hosts])
    return Report(site.group, began, took, revision(), drift.worst_first(hosts))


def _judged(site: Site, history: History, held: dict[str, Hold], result: HostResult) -> HostDrift:
    verdict, wanted = history.last(result.host)
    known = verdict in (AS_ROLLED_OUT, DRIFTED) and wanted == _wanted(site, result.host)
    hold = held.get(result.host)
    found = drift.judge(result, known=known, held=str(hold) if hold else "")
    since = {change.operation: history.since(result.host, change.operation) for change in found.changes}
    return replace(found, since=since)


def _mend(job: Job, folder: Folder, names: Sequence[str]) -> list[HostResult]:
    logs = new_folder(folder, "fixes")
    return run(job.inventory, names, "apply", jobs=job.jobs, seconds=max(job.seconds, 3600.0), logs=logs)


def _tell(job: Job, site: Site, report: Report, warn: Callable[[str], None]) -> None:
    """Only a look at the whole site is worth the operators' page."""
    if not job.limit:
        for reason in portalnote.leave(site, report):
            warn(f"the operators' page was not told: {reason}")


def _wanted(site: Site, name: str) -> str:
    """What a host is compared with, as far as it does not come from a content repository."""
    member = site.host(name)
    return f"{revision()} {member.digest()} {Private.of(member.settings).digest()}"


def _row(site: Site, host: HostDrift) -> HostRow:
    operations = tuple(change.operation for change in host.changes)
    wanted = _wanted(site, host.host)
    return HostRow(host.host, host.role, host.verdict, wanted, host.seconds, host.error, operations)


def _rows_of_fix(site: Site, mended: Sequence[HostResult]) -> list[HostRow]:
    verdicts = {result.host: result.outcome if result.outcome in BAD else AS_ROLLED_OUT for result in mended}
    return [
        HostRow(each.host, each.role, verdicts[each.host], _wanted(site, each.host), each.seconds, each.error, ())
        for each in mended
    ]


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
