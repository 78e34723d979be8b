"""Where the figures of scale.py lead: a line through each tool's points, and a formula for many more hosts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import linear_regression, mean

from benchmarks.machine import grid

STOCK, ROLLOUT, PEER = "pyinfra -y", "wod rollout", "Ansible"
MANY, JOBS = 1000, 50
"""The hosts of the extrapolation, and how many at a time go through it where a tool can be told so."""
CORES = (2, 8)
FORMULA = """`seconds = fixed + hosts * settings + max(hosts * CPU / cores, ceil(hosts / jobs) * alone)`: either the
control node's processors are the limit, or hosts wait for their turn. `fixed` and `CPU` are the line through the
control node's CPU above, which was measured with one inventory; `settings` is what each host of an inventory costs when
it is read ({settings:.4f} s, not with {peer}); `alone` is what a single host takes (measured, less `fixed`). jobs is
{jobs}; {stock} goes through all hosts at once, in one process on one core. What the hosts do themselves is left out: a
thousand have their own processors.
"""


@dataclass(frozen=True)
class Point:
    """One tool on so many hosts ``trip`` ms away; ``commands`` on each host, and ``mib``, 0 if not asked."""

    tool: str
    trip: int
    hosts: int
    seconds: float
    cpu: float
    mib: float
    commands: int


@dataclass(frozen=True)
class Line:
    """``fixed + each * hosts``."""

    fixed: float
    each: float

    @classmethod
    def through(cls, places: Iterable[tuple[int, float]]) -> Line:
        """By least squares; with a single number of hosts there is no line, and all counts as theirs."""
        xs, ys = zip(*places, strict=True)
        if len(set(xs)) < 2:
            return cls(0.0, mean(ys) / xs[0])
        each, fixed = linear_regression(xs, ys)
        return cls(fixed, each)


def tools_of(points: Iterable[Point]) -> list[str]:
    return list(dict.fromkeys(point.tool for point in points))


def find(points: Iterable[Point], tool: str, trip: int, hosts: int) -> Point | None:
    same = (point for point in points if (point.tool, point.trip, point.hosts) == (tool, trip, hosts))
    return next(same, None)


def trip_name(trip: int) -> str:
    return f"{trip} ms" if trip else "own"


@dataclass(frozen=True)
class Model:
    """What the formula needs of a tool."""

    tool: str
    cpu: Line
    mib: Line
    alone: Mapping[int, float]
    """Round trip → seconds of a single host."""
    settings: float
    """Seconds for each host of the inventory."""

    @classmethod
    def of(cls, points: Sequence[Point], tool: str, settings: float) -> Model:
        near = [point for point in points if point.tool == tool and not point.trip]
        cpu = Line.through((point.hosts, point.cpu) for point in near)
        mib = Line.through((point.hosts, point.mib) for point in near)
        fewest = min(point.hosts for point in near)
        single = [point for point in points if point.tool == tool and point.hosts == fewest]
        alone = {point.trip: max(point.seconds - cpu.fixed, 0.0) for point in single}
        return cls(tool, cpu, mib, alone, 0.0 if tool == PEER else settings)

    def seconds(self, hosts: int, cores: int, trip: int) -> float:
        turns = 1 if self.tool == STOCK else ceil(hosts / JOBS)
        work = max(hosts * self.cpu.each / self.cores(cores), turns * self.alone[trip])
        return self.cpu.fixed + hosts * self.settings + work

    def cores(self, cores: int) -> int:
        return 1 if self.tool == STOCK else cores

    def memory(self, hosts: int) -> float:
        return self.mib.fixed + self.mib.each * (hosts if self.tool == STOCK else min(hosts, JOBS))


def paper(points: Sequence[Point], settings: float) -> str:
    models = [Model.of(points, tool, settings) for tool in tools_of(points) if find(points, tool, 0, 1)]
    trips = sorted({point.trip for point in points})
    said = list(map(trip_name, trips))
    known = [
        [model.tool, f"{model.cpu.fixed:.2f} s", f"{model.cpu.each:.3f} s",
         *(f"{model.alone[trip]:.2f} s" if trip in model.alone else "-" for trip in trips)]
        for model in models
    ]  # fmt: skip
    return "\n".join(
        [
            FORMULA.format(jobs=JOBS, stock=STOCK, peer=PEER, settings=settings),
            grid(["tool", "fixed", "CPU", *(f"alone, {trip}" for trip in said)], known),
            f"{MANY} hosts by that:\n",
            grid(["tool", "cores", *said, "memory"], list(_foretold(models, trips, MANY))),
            _checked(points, models),
        ]
    )


def _foretold(models: Iterable[Model], trips: Sequence[int], hosts: int) -> Iterator[list[str]]:
    for model in models:
        for cores in dict.fromkeys(map(model.cores, CORES)):
            times = (model.seconds(hosts, cores, trip) if trip in model.alone else None for trip in trips)
            cells = ("-" if seconds is None else span(seconds) for seconds in times)
            yield [model.tool, str(cores), *cells, f"{model.memory(hosts):.0f} MiB"]


def span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _checked(points: Sequence[Point], models: Iterable[Model]) -> str:
    """The formula beside the largest measurement."""
    most = max(point.hosts for point in points)
    pairs = ((model, find(points, model.tool, 0, most)) for model in models)
    told = [
        f"{model.tool} {model.seconds(most, CORES[0], 0):.1f} s, measured {point.seconds:.1f} s"
        for model, point in pairs
        if point
    ]
    said = f"For {most} hosts on this machine it says: {'; '.join(told)}."
    return f"{said} The rest is the hosts' own work, here on the same cores.\n"
