"""Small charts as SVG, without scripts: bars over nights, bars per host. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from wod.fleet.history import Night

WIDTH, HEIGHT, ROW = 480, 90, 18
LABEL = 180
FEWEST = 14
"""Nights for which there is room at least: a bar alone is no wall."""


def nights(found: Sequence[Night]) -> str:
    """A bar per check: how many hosts had drifted (red), on those that were looked at (grey); below, the days."""
    most = max((night.hosts for night in found), default=0) or 1
    width = WIDTH / max(len(found), FEWEST)
    bars = "".join(_night(night, index * width, width, most) for index, night in enumerate(found))
    return _svg(WIDTH, HEIGHT + ROW, "Hosts that had drifted, by check", bars + _days(found, width))


def _days(found: Sequence[Night], width: float) -> str:
    """The day of the first check, and that of the last where it is another."""
    days = [night.began[:10] for night in found]
    first = f'<text x="0" y="{HEIGHT + 14}">{escape(days[0])}</text>' if days else ""
    end = (len(found) - 0.2) * width
    far = len(days) > 1 and days[-1] != days[0] and end > LABEL
    return first + (f'<text x="{end:.1f}" y="{HEIGHT + 14}" text-anchor="end">{escape(days[-1])}</text>' if far else "")


def _night(night: Night, x: float, width: float, most: int) -> str:
    said = escape(f"{night.began}: {night.drifted} of {night.hosts} drifted, {night.lost} not judged")
    whole = _bar(x, HEIGHT - HEIGHT * night.hosts / most, width * 0.8, HEIGHT * night.hosts / most, "all")
    bad = night.drifted + night.lost
    lost = _bar(x, HEIGHT - HEIGHT * bad / most, width * 0.8, HEIGHT * bad / most, "bad")
    return f"<g><title>{said}</title>{whole}{lost}</g>"


def times(seconds: Sequence[tuple[str, float]]) -> str:
    """A bar per host: how long it took."""
    most = max((each for _, each in seconds), default=0.0) or 1.0
    rows = "".join(_time(name, each, index * ROW, most) for index, (name, each) in enumerate(seconds))
    return _svg(WIDTH, ROW * len(seconds), "Seconds per host", rows)


def _time(name: str, seconds: float, y: int, most: float) -> str:
    label = f'<text x="0" y="{y + 13}">{escape(name)}</text>'
    width = (WIDTH - LABEL - 60) * seconds / most
    value = f'<text x="{LABEL + width + 6:.1f}" y="{y + 13}">{seconds:.1f} s</text>'
    return label + _bar(LABEL, y + 3, width, ROW - 6, "time") + value


def _bar(x: float, y: float, width: float, height: float, kind: str) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _svg(width: int, height: int, title: str, inside: str) -> str:
    box = f'viewBox="0 0 {width} {max(height, 1)}" width="{width}" height="{max(height, 1)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {box}><title>{escape(title)}</title>{inside}</svg>'
