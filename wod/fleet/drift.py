"""Drift: what differs from what was rolled out last, told apart from what is merely new in the repository. Pure.

The host's stamp says what it was given. Where that is what the repository would give it now, every difference came
about on the host: it is drift. Where it is not, nobody can tell a difference that is new from one that is drift, and
the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from wod.fleet import wording
from wod.fleet.result import BAD, Change, HostResult, change_of, result_of

AS_ROLLED_OUT, DRIFTED, BEHIND = "as rolled out", "drifted", "behind"
SEVERITY = {"failed": 0, "timeout": 1, "unreachable": 2, DRIFTED: 3, BEHIND: 4, AS_ROLLED_OUT: 5}
"""Verdicts, the worst first."""


@dataclass(frozen=True)
class HostDrift:
    """What a check found on one host.

    ``since`` says by operation when a check first found it (ISO 8601); ``news`` in what the host is behind the
    repository; ``logins`` who was on the host since it was last changed by us; ``held`` why it is left alone.
    """

    host: str
    role: str
    verdict: str
    changes: tuple[Change, ...] = ()
    news: tuple[str, ...] = ()
    since: Mapping[str, str] | None = None
    logins: tuple[str, ...] = ()
    held: str = ""
    error: str = ""
    seconds: float = 0.0
    people: int = 0

    @property
    def reachable(self) -> bool:
        return self.verdict not in ("unreachable", "timeout")

    @property
    def drifted(self) -> int:
        """How many differences there are that are drift."""
        return len(self.changes) if self.verdict == DRIFTED else 0


@dataclass(frozen=True)
class Report:
    """A check (or fix) of a platform; ``mended`` are the hosts of a fix, as they fared."""

    platform: str
    began: str
    seconds: float
    revision: str
    hosts: tuple[HostDrift, ...]
    mended: tuple[HostResult, ...] = ()
    kind: str = "check"


def judge(result: HostResult, *, known: bool, held: str = "") -> HostDrift:
    """What a plan's result means. ``known``: an earlier check found the host rolled out from this very repository.

    Then a stamp that says something else was changed on the host, unless it is content that is new.
    """
    common: dict[str, Any] = {"held": held, "error": result.error, "seconds": result.seconds, "people": result.people}
    news, changes = wording.news(result), wording.differences(result)
    if result.outcome in BAD:
        return HostDrift(result.host, result.role, result.outcome, changes, news, **common)
    if news and known and not any(text.startswith("content:") for text in news):
        found = tuple(change for change in result.changes if not change.follows)
        return HostDrift(result.host, result.role, DRIFTED, found, **common)
    verdict = BEHIND if news else DRIFTED if changes else AS_ROLLED_OUT
    return HostDrift(result.host, result.role, verdict, changes, news, **common)


def worst_first(hosts: Iterable[HostDrift]) -> tuple[HostDrift, ...]:
    return tuple(sorted(hosts, key=lambda host: (SEVERITY[host.verdict], -len(host.changes), host.host)))


def mendable(hosts: Iterable[HostDrift], behind: bool = False) -> list[str]:
    """The hosts that a fix may touch: drifted, not held. With ``behind`` it brings the others up to date, too."""
    verdicts = (DRIFTED, BEHIND) if behind else (DRIFTED,)
    return [host.host for host in hosts if host.verdict in verdicts and not host.held]


def summary(hosts: Sequence[HostDrift]) -> str:
    """``2 of 3 hosts as rolled out; 1 drifted``."""
    counts = {verdict: sum(host.verdict == verdict for host in hosts) for verdict in SEVERITY}
    said = f"{counts.pop(AS_ROLLED_OUT)} of {wording.count(len(hosts), 'host')} as rolled out"
    return "; ".join([said, *(f"{number} {verdict}" for verdict, number in counts.items() if number)])


def exit_code(report: Report) -> int:
    """1 when a host could not be judged or mended, else 2 when something differs (and is not mended), else 0."""
    mended = {result.host for result in report.mended if result.outcome not in BAD}
    if any(host.verdict in BAD for host in report.hosts) or any(result.outcome in BAD for result in report.mended):
        return 1
    left = [host for host in report.hosts if host.host not in mended]
    return 2 if any(host.verdict in (DRIFTED, BEHIND) for host in left) else 0


def worth_a_mail(report: Report) -> bool:
    """Whether there is something to say: drift, something mended, a host not judged.

    To be behind is no news, but a difference there that no check has found before may be drift.
    """
    return bool(report.mended) or any(map(_remarkable, report.hosts))


def _remarkable(host: HostDrift) -> bool:
    if host.verdict == BEHIND:
        return any(not (host.since or {}).get(change.operation) for change in host.changes)
    return host.verdict != AS_ROLLED_OUT


def portal_file(report: Report) -> dict[str, Any]:
    """What the operators' page shows."""
    hosts = [{"name": host.host, "drifted": host.drifted, "reachable": host.reachable} for host in report.hosts]
    return {"time": report.began, "summary": summary(report.hosts), "hosts": hosts}


def from_data(fields: Mapping[str, Any]) -> Report:
    """The opposite of :func:`data`; ValueError when it is none."""
    try:
        hosts = tuple(map(_host, fields["hosts"]))
        mended = tuple(map(result_of, fields["mended"]))
        return Report(**{**{k: v for k, v in fields.items() if k != "summary"}, "hosts": hosts, "mended": mended})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no report of drift: {error}") from None


def _host(fields: Mapping[str, Any]) -> HostDrift:
    lists = {"news": tuple(fields["news"]), "logins": tuple(fields["logins"])}
    return HostDrift(**{**fields, **lists, "changes": tuple(map(change_of, fields["changes"]))})


def data(report: Report) -> dict[str, Any]:
    """For ``--json``."""
    return {**asdict(report), "summary": summary(report.hosts)}
