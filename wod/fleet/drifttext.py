"""A report of drift as text: with colour in a terminal, without in a mail. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import click

from wod.fleet import drift, wording
from wod.fleet.drift import HostDrift, Report
from wod.fleet.history import Night
from wod.fleet.result import BAD, HostResult

COLOURS = {drift.AS_ROLLED_OUT: "unchanged", drift.DRIFTED: "changed", drift.BEHIND: "held"}


def text(report: Report) -> Iterator[str]:
    """The summary, then each host, the worst first, then what was mended."""
    yield f"{report.platform}: {drift.summary(report.hosts)} ({report.began}, {report.seconds:.0f} s)"
    if report.revision.endswith(".dirty"):
        yield f"The repository has changes that are not committed ({report.revision}): they look like drift."
    for host in report.hosts:
        yield from _host(host)
    for result in report.mended:
        yield _mended(result)


def _host(host: HostDrift) -> Iterator[str]:
    yield wording.host_line(host.host, headline(host), COLOURS.get(host.verdict, "failed"))
    if host.held:
        yield f"  {host.held}; it is not mended"
    for line in host.news:
        yield f"  new in the repository: {line}"
    for change in host.changes:
        first, *more = wording.change_lines(change)
        since = (host.since or {}).get(change.operation)
        yield first + (f", since {since}" if since else ", new since the last check")
        yield from map(wording.coloured, more)
    for line in host.logins:
        yield f"  there since the last roll-out: {line}"


def headline(host: HostDrift) -> str:
    """The verdict with its reason."""
    if host.verdict in BAD:
        return f"{host.verdict}: {host.error}"
    if host.verdict == drift.BEHIND:
        many = wording.count(len(host.changes), "difference")
        return f"behind the repository; {many}, new or drifted" if host.changes else "behind the repository"
    if host.verdict == drift.DRIFTED:
        many = wording.count(len(host.changes), "difference")
        people = f"; {wording.count(host.people, 'student')} with a running server" if host.people else ""
        return f"drifted, {many}{people}"
    return host.verdict


def _mended(result: HostResult) -> str:
    if result.outcome in BAD:
        return wording.host_line(result.host, f"could not be mended: {result.error}", "failed")
    return wording.host_line(result.host, f"mended, {wording.count(len(result.changes), 'change')}", "unchanged")


def plain(report: Report) -> str:
    return "".join(f"{click.unstyle(line)}\n" for line in text(report))


def nights(found: list[Night]) -> Iterator[str]:
    """One line per check."""
    for night in found:
        lost = f", {night.lost} not judged" if night.lost else ""
        drifted = f"{night.drifted} of {wording.count(night.hosts, 'host')} drifted"
        many = wording.count(night.differences, "difference")
        yield f"{night.began}  {night.kind:5}  {drifted}{lost}, {many}, {night.seconds:.0f} s"


def nights_of(found: list[tuple[str, str, str, tuple[str, ...]]]) -> Iterator[str]:
    """One line per check of a host, then what differed."""
    for began, kind, verdict, operations in found:
        yield f"{began}  {kind:5}  {verdict}"
        yield from (f"    {operation}" for operation in operations)
