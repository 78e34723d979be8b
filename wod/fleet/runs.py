"""Many hosts planned or rolled out, each by a child process of its own: none ever stops or delays another."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from wod.fleet import ahead
from wod.fleet.processes import Ended, Task, run_tasks
from wod.fleet.result import HostResult, Mode, Outcome, from_json
from wod.inventory import SiteHost, load_site
from wod.revision import ROOT
from wod.site import Site

JOBS = 4 * (os.cpu_count() or 1)
"""Children at a time: they mostly wait for their host."""
SECONDS = 3600.0
"""A host's time: the first roll-out of a backend builds much."""


def run(
    site: Path,
    hosts: Sequence[str],
    mode: Mode,
    *,
    jobs: int = JOBS,
    seconds: float = SECONDS,
    logs: Path,
    data: Mapping[str, object] = {},
    on_done: Callable[[HostResult], None] = lambda result: None,
    on_start: Callable[[str], None] = lambda host: None,
    stop: Callable[[], bool] = lambda: False,
    on_tick: Callable[[], None] = lambda: None,
) -> list[HostResult]:
    """Plan (``mode="plan"``: nothing is changed) or roll out ("apply") hosts of an inventory by their roles.

    The results come in the order of ``hosts``; each is given to ``on_done`` the moment it is there. A host is given up
    after ``seconds``. Once ``stop`` says so, no further host is begun; those left out have no result. What a host's
    child prints is in ``logs/<host>.log``. :class:`BadInput` when the inventory or a name is wrong.
    """
    if mode not in ("plan", "apply"):
        raise ValueError(f"a run plans or applies; {mode!r} is neither")
    loaded = load_site(site, {key: value for key, value in data.items() if not _is_pyinfras(key)})
    members = [loaded.host(name) for name in dict.fromkeys(hosts)]
    deploys = _deploys()
    with suppress(Exception):  # whatever it is, each host that it concerns says so in its own turn
        ahead.prepare([member for member in members if member.role in deploys.ROLES], deploys.ROLES)
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    tasks = [_task(deploys, loaded, member, mode, seconds, logs, data) for member in members]
    done: dict[str, HostResult] = {}

    def finish(ended: Ended) -> None:
        result = done[ended.name] = _result(ended, loaded.host(ended.name), log_of(logs, ended.name))
        on_done(result)

    run_tasks(tasks, jobs, finish, on_start, stop, on_tick)
    return [done[member.name] for member in members if member.name in done]


def log_of(logs: Path, host: str) -> Path:
    """Where a host's log is; a name such as ``@fake/be1`` makes no folder."""
    return logs / f"{host.replace('/', '_')}.log"


def _is_pyinfras(key: str) -> bool:
    """pyinfra's own arguments and connection data among ``--data``, which are no settings."""
    return key.startswith(("_", "ssh_", "wod_"))


def _deploys() -> Any:
    """The package ``deploys.modules`` with all modules imported; it lies beside this package and is not installed."""
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))
    deploys = import_module("deploys.modules")
    import_module("wod.fleet.child")
    for name in deploys.ORDER:
        import_module(f"deploys.modules.{name}")
    return deploys


def _task(
    deploys: Any, site: Site, member: SiteHost, mode: Mode, seconds: float, logs: Path, data: Mapping[str, object]
) -> Task:
    from wod.fleet.child import run_host

    theirs = {key: value for key, value in data.items() if _is_pyinfras(key)}
    work = partial(run_host, site, member, mode, deploys.roll_out_all, theirs)
    return Task(member.name, work, seconds, log_of(logs, member.name))


def _result(ended: Ended, member: SiteHost, log: Path) -> HostResult:
    times: dict[str, Any] = {"seconds": ended.seconds, "cpu": ended.cpu, "log": str(log)}
    if not ended.death:
        try:
            return replace(from_json(ended.output), **times)
        except ValueError as error:
            return HostResult(member.name, member.role, "failed", error=str(error), **times)
    outcome: Outcome = "timeout" if ended.late else "failed"
    return HostResult(member.name, member.role, outcome, error=f"{ended.death}; see the log", **times)
