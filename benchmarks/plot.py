"""Lines over logarithmic axes, side by side, as one SVG without scripts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

Series = Mapping[str, Sequence[tuple[float, float]]]
"""Name → points, in the order of their x."""
COLOURS = ("#1f6f5c", "#3a66b0", "#8a5fb5", "#c2571a", "#555555")
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP = 260, 240, 52, 34, 44, 18
LEGEND = 26
STYLE = "text{font:12px sans-serif;fill:#333}.grid{stroke:#ddd}polyline{fill:none;stroke-width:2}"


def panels(title: str, across: str, up: str, series: Mapping[str, Series]) -> str:
    """A panel for each entry of ``series``, all with the same axes and the same colours."""
    points = [point for panel in series.values() for line in panel.values() for point in line]
    xs, ys = _decades([x for x, _ in points]), _decades([y for _, y in points])
    inside = "".join(
        f'<g transform="translate({number * (WIDTH + LEFT + GAP)},0)">{_panel(name, lines, xs, ys, across)}</g>'
        for number, (name, lines) in enumerate(series.items())
    )
    width, height = len(series) * (WIDTH + LEFT + GAP), TOP + HEIGHT + BOTTOM + LEGEND
    names = list(dict.fromkeys(name for panel in series.values() for name in panel))
    label = f'<text transform="rotate(-90)" x="{-TOP - HEIGHT / 2:.0f}" y="12" text-anchor="middle">{escape(up)}</text>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" width="{width}">'
    paper = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return f"{head}<title>{escape(title)}</title><style>{STYLE}</style>{paper}{label}{inside}{_legend(names)}</svg>\n"


def _panel(name: str, lines: Series, xs: tuple[int, int], ys: tuple[int, int], across: str) -> str:
    parts = [f'<text x="{LEFT + WIDTH / 2:.0f}" y="20" text-anchor="middle">{escape(name)}</text>']
    for value in _ticks(ys):
        y = _y(value, ys)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for value in _ticks(xs):
        x = _x(value, xs)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{TOP + HEIGHT}"/>')
        parts.append(f'<text x="{x:.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{value:g}</text>')
    parts.append(
        f'<text x="{LEFT + WIDTH / 2:.0f}" y="{TOP + HEIGHT + 34}" text-anchor="middle">{escape(across)}</text>'
    )
    for colour, points in zip(COLOURS, lines.values(), strict=False):
        places = [(_x(x, xs), _y(y, ys)) for x, y in points]
        parts.append(f'<polyline stroke="{colour}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
    return "".join(parts)


def _legend(names: Sequence[str]) -> str:
    y, x, parts = TOP + HEIGHT + BOTTOM + 14, LEFT, []
    for colour, name in zip(COLOURS, names, strict=False):
        parts.append(f'<rect x="{x}" y="{y - 9}" width="14" height="4" fill="{colour}"/>')
        parts.append(f'<text x="{x + 20}" y="{y}">{escape(name)}</text>')
        x += 44 + 7 * len(name)
    return "".join(parts)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Powers of ten around positive values."""
    return floor(log10(min(values))), ceil(log10(max(values)))


def _ticks(decades: tuple[int, int]) -> list[float]:
    return [factor * 10.0**power for power in range(*decades) for factor in (1, 2, 5)] + [10.0 ** decades[1]]


def _x(value: float, decades: tuple[int, int]) -> float:
    return LEFT + WIDTH * (log10(value) - decades[0]) / (decades[1] - decades[0])


def _y(value: float, decades: tuple[int, int]) -> float:
    return TOP + HEIGHT - HEIGHT * (log10(value) - decades[0]) / (decades[1] - decades[0])
