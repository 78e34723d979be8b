"""A roll-out in waves: each is looked at before the next one begins, and too many failures end it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from wod.fleet.record import Record
from wod.fleet.result import GOOD, OUTCOMES, HostResult, failures
from wod.fleet.ways import Here, Way

Check = Callable[[Path, Sequence[str]], Mapping[str, str]]
"""What is wrong with hosts of an inventory: host → a sentence, empty when it is healthy."""


class Watcher(Protocol):
    """Who is told how it goes."""

    def wave(self, number: int, total: int, hosts: Sequence[str]) -> None: ...
    def began(self, host: str) -> None: ...
    def ended(self, result: HostResult) -> None: ...
    def looks(self, hosts: Sequence[str]) -> None: ...
    def tick(self) -> None: ...


@dataclass(frozen=True)
class Order:
    """What to roll out: ``waves`` of hosts, ``roles`` and ``fingerprints`` by host; ``canary``: the first is a trial.

    ``held`` are the hosts left out, with why; ``done`` those that an earlier part of this roll-out did; ``way`` says
    whose code does it.
    """

    inventory: Path
    waves: Sequence[Sequence[str]]
    roles: Mapping[str, str]
    fingerprints: Mapping[str, str]
    jobs: int
    seconds: float
    max_failures: int = 0
    canary: bool = False
    held: Mapping[str, str] = field(default_factory=dict)
    done: Mapping[str, HostResult] = field(default_factory=dict)
    way: Way = field(default_factory=Here)


@dataclass
class Report:
    """How a roll-out went; ``stopped`` says why it ended early."""

    name: str
    results: dict[str, HostResult] = field(default_factory=dict)
    stopped: str = ""
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        return 1 if self.stopped or failures(self.results.values()) else 0

    @property
    def summary(self) -> str:
        """``2 changed, 1 failed in 12.3 s``."""
        outcomes = [result.outcome for result in self.results.values()]
        counts = ", ".join(f"{outcomes.count(each)} {each}" for each in OUTCOMES if each in outcomes)
        return f"{counts or 'no host to roll out'} in {self.seconds:g} s"

    @property
    def slowest_first(self) -> list[HostResult]:
        return sorted(self.results.values(), key=lambda result: -result.seconds)

    def as_dict(self) -> dict[str, Any]:
        hosts = [result.as_dict() for result in self.results.values()]
        told = {"run": self.name, "summary": self.summary, "stopped": self.stopped, "seconds": self.seconds}
        return {**told, "hosts": hosts}


def roll_out(order: Order, record: Record, check: Check, watcher: Watcher) -> Report:
    """Roll out wave by wave; every host of the order has a result in the report, those not begun as "skipped".

    Ctrl-C ends it in order: what was at work is ended, what is done is reported.
    """
    started = time.monotonic()
    work = _Work(order, record, check, watcher, Report(record.name))
    try:
        work.go_through_waves()
    except KeyboardInterrupt:
        work.report.stopped = "interrupted"
    work.add_those_left_out()
    work.report.seconds = round(time.monotonic() - started, 1)
    return work.report


@dataclass
class _Work:
    """One roll-out under way; ``begun`` are the hosts that a child was started for."""

    order: Order
    record: Record
    check: Check
    watcher: Watcher
    report: Report
    begun: set[str] = field(default_factory=set)

    def go_through_waves(self) -> None:
        for number, hosts in enumerate(self.order.waves, 1):
            self.watcher.wave(number, len(self.order.waves), hosts)
            trial = self.order.canary and number == 1
            allowed = 0 if trial else self.order.max_failures
            self.roll_out_wave(hosts, allowed)
            if self.failed > allowed:
                self.report.stopped = self.why_stop(allowed, trial)
                return

    @property
    def failed(self) -> int:
        return len(failures(self.report.results.values()))

    def roll_out_wave(self, hosts: Sequence[str], allowed: int) -> None:
        order = self.order
        done = order.way.run(
            order.inventory,
            hosts,
            jobs=order.jobs,
            seconds=order.seconds,
            logs=self.record.logs,
            on_done=self.keep,
            on_start=self.begin,
            stop=lambda: self.failed > allowed,
            on_tick=self.watcher.tick,
        )
        self.look_at([result for result in done if result.outcome in GOOD])

    def begin(self, host: str) -> None:
        self.begun.add(host)
        self.watcher.began(host)

    def keep(self, result: HostResult) -> None:
        """At once: what is done counts, even if this process is killed now."""
        self.report.results[result.host] = result
        self.record.keep(result, self.order.fingerprints[result.host])
        self.watcher.ended(result)

    def look_at(self, done: Sequence[HostResult]) -> None:
        """A host that went well and is not healthy has failed."""
        if not done:
            return
        names = [result.host for result in done]
        self.watcher.looks(names)
        wrong = self.check(self.order.inventory, names)
        for result in done:
            if wrong.get(result.host):
                error = f"rolled out, but not healthy: {wrong[result.host]}"
                self.keep(replace(result, outcome="failed", error=error))

    def why_stop(self, allowed: int, trial: bool) -> str:
        names = ", ".join(result.host for result in failures(self.report.results.values()))
        return f"{names} failed" + (" as canary" if trial else f", and --max-failures allows {allowed}")

    def add_those_left_out(self) -> None:
        """The held, those done before, those that were interrupted, and those whose turn did not come."""
        results, roles = self.report.results, self.order.roles
        for host, why in self.order.held.items():
            results[host] = HostResult(host, roles[host], "held", error=why)
        for host, before in self.order.done.items():
            results.setdefault(host, replace(before, outcome="skipped", error="done before; nothing changed since"))
        for host in (host for wave in self.order.waves for host in wave if host not in results):
            if host in self.begun:
                results[host] = HostResult(host, roles[host], "failed", error="interrupted while it was at work")
            else:
                results[host] = HostResult(host, roles[host], "skipped", error=f"not begun: {self.report.stopped}")
