"""Reports as one HTML page each, without scripts and without anything from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wod.errors import BadInput
from wod.fleet import charts, drift, drifttext, plan, rollout, wording
from wod.fleet.drift import Report
from wod.fleet.history import Night
from wod.fleet.holds import Hold
from wod.fleet.result import HostResult
from wod.templates import ROOT


@cache
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(ROOT / "fleet"), undefined=StrictUndefined, autoescape=True)
    made.globals.update(count=wording.count, headline=drifttext.headline, would=wording.headline, shown=wording.shown)
    made.globals.update(fared=wording.fared)
    made.filters["kind_of_line"] = kind_of_line
    return made


def kind_of_line(line: str) -> str:
    """The class of a line of a difference."""
    return {"+": "plus", "-": "minus", "@": "at"}.get(line[:1], "same")


def of_drift(report: Report, nights: list[Night]) -> str:
    """A check or fix, with charts."""
    seconds = sorted(((host.host, host.seconds) for host in report.hosts), key=lambda pair: -pair[1])
    drawn = {"nights": Markup(charts.nights(nights)), "times": Markup(charts.times(seconds))}  # noqa: S704 - ours
    values = {"report": report, "summary": drift.summary(report.hosts), "title": f"Drift of {report.platform}"}
    return _environment().get_template("drift.html.j2").render(**values, **drawn)


def of_plan(platform: str, results: list[HostResult], holds: dict[str, Hold]) -> str:
    """What a roll-out would change."""
    values = {"results": results, "holds": holds, "summary": plan.summary(results), "title": f"Plan for {platform}"}
    return _environment().get_template("plan.html.j2").render(**values)


def of_rollout(platform: str, report: rollout.Report) -> str:
    """How a roll-out went, the slowest host first."""
    seconds = [(result.host, result.seconds) for result in report.slowest_first if result.seconds]
    values = {"report": report, "summary": report.summary, "title": f"Roll-out of {platform}"}
    drawn = {"times": Markup(charts.times(seconds))}  # noqa: S704 - ours
    return _environment().get_template("rollout.html.j2").render(**values, **drawn)


def require(path: Path) -> None:
    """Before hours of work: :class:`BadInput` when no page can be written there."""
    write(path, path.read_text(encoding="utf-8", errors="replace") if path.is_file() else "")


def write(path: Path, text: str) -> None:
    """A report for people; :class:`BadInput` when it cannot be written there."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
