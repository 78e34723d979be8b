"""The page and the picture of scale.py: figures by number of hosts, beside what the design wants. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.machine import grid, table
from benchmarks.plot import panels
from benchmarks.scalemodel import PEER, ROLLOUT, STOCK, Line, Point, find, paper, tools_of, trip_name

INTRO = """# Scale

Written by `make bench` (benchmarks/scale.py), which says how. Hosts with nothing to do: the role of a frontend
(system, fail2ban, frontend, stamp) on Debian 12, {commands}.

Ansible does the same work by its own modules (benchmarks/peers/light.yml: packages, account and key, folders, files,
kernel parameter, names, firewall, services, one web request), but not the portal's pages, with pipelining, one
connection a host, no facts gathered, and as many forks as hosts; wod gets as many `--jobs`. Every run begins without
connections. The hosts are on the same machine: wall time has their own work in it, the control node's figures have not.
Ansible's have not what the ssh processes cost that keep its connections. Longer round trips are made by a proxy
(benchmarks/delay.py), which kernels without netem allow, too.

![Wall time by number of hosts](scale.svg)
"""
COSTS = """## What it costs the control node

Over the lab's own network, the start of Python included. Memory is the most that all processes of a run had at once,
what they share counted once (PSS).
"""


def page(points: Sequence[Point], settings: float, machine: Mapping[str, str]) -> str:
    """``settings`` are the seconds that reading the inventory takes for each of its hosts."""
    commands = {point.tool: point.commands for point in points if point.commands}
    said = ", ".join(f"{number} commands a host by {tool}" for tool, number in commands.items())
    return "\n".join(
        [
            INTRO.format(commands=said),
            table("Measured on", dict(machine)),
            "## Wall time\n\nSeconds; a median of three runs up to five hosts, one run of more.\n",
            _walls(points),
            COSTS,
            _costs(points),
            "## Numbers to hold\n",
            _held(points),
            "## A thousand hosts, on paper\n",
            paper(points, settings),
        ]
    )


def _walls(points: Sequence[Point]) -> str:
    tools = tools_of(points)
    rows = []
    for trip, hosts in dict.fromkeys((point.trip, point.hosts) for point in points):
        found = {tool: find(points, tool, trip, hosts) for tool in tools}
        ours, peer = found.get(ROLLOUT), found.get(PEER)
        ratio = f"{peer.seconds / ours.seconds:.0f}" if ours and peer else "-"
        cells = [f"{point.seconds:.1f}" if point else "-" for point in found.values()]
        rows.append([trip_name(trip), str(hosts), *cells, ratio])
    return grid(["round trip", "hosts", *tools, f"{PEER} / {ROLLOUT}"], rows)


def _costs(points: Sequence[Point]) -> str:
    rows = [
        [point.tool, str(point.hosts), f"{point.cpu:.2f} s", f"{point.cpu / point.hosts:.2f} s", f"{point.mib:.0f} MiB",
         f"{point.mib / point.hosts:.1f} MiB"]
        for tool in tools_of(points) for point in points if point.tool == tool and not point.trip
    ]  # fmt: skip
    return grid(["tool", "hosts", "CPU", "CPU a host", "memory", "memory a host"], rows)


def _held(points: Sequence[Point]) -> str:
    """The design's numbers that this can speak for; those of a whole backend are in students.md."""
    rows = []
    for tool in (STOCK, ROLLOUT):
        near = [point for point in points if point.tool == tool and not point.trip]
        commands = max(point.commands for point in near)
        each = Line.through((point.hosts, point.cpu) for point in near).each
        rows.append([f"{tool}: commands a host", "≤ 60", str(commands)])
        rows.append([f"{tool}: control node CPU a host", "≤ 0.6 s", f"{each:.2f} s"])
        rows.append([f"{tool}: a whole role, one host", "≤ 25 s", f"{near[0].seconds:.1f} s"])
    return grid(["with nothing to do", "wanted", "measured"], rows)


def picture(points: Sequence[Point]) -> str:
    """A panel for each round trip."""
    series: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for point in points:
        name = f"round trip {point.trip} ms" if point.trip else "the lab's own network"
        series.setdefault(name, {}).setdefault(point.tool, []).append((point.hosts, point.seconds))
    return panels("Wall time of a run with nothing to do, by number of hosts", "hosts", "seconds", series)
