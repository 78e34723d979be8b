"""Many hosts with nothing to do: how long it takes, and what it costs the control node, by the number of hosts.

On a lab of its own: the API's host, and up to fifty light ones (role frontends, Debian 12), copies of one that was
rolled out. Measured are the stock ``pyinfra -y`` and ``wod rollout`` with the whole role, and Ansible with the same
work (peers/light.yml), as many hosts at a time as there are; over the lab's own network, and with a longer round trip
(delay.py). Every run begins without connections. ``python -m benchmarks.scale`` writes results/scale.md and scale.svg.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.delay import delayed
from benchmarks.machine import description
from benchmarks.memory import peak_mib
from benchmarks.peers import light
from benchmarks.scalemodel import Point
from benchmarks.scalereport import page, picture
from benchmarks.scaletools import Tool, count, ours
from benchmarks.timing import ROOT, timed
from tests.lab.site import SITE, Run, Site
from wod import lab
from wod.inventory import load_site

NETWORK, STATE, SNAPSHOT = "10.233.23.0/24", "/var/lib/wod-lab-bench", "scale-bench"
HOSTS, TRIPS = (1, 5, 20, 50), (0, 20, 100)
REPEATS, FEW = 3, 5
"""Runs that a figure is the median of, up to so many hosts; larger runs take minutes, and are measured once."""
FAR = (1, 20)
"""Numbers of hosts that are measured with a longer round trip, too."""
PEERS_MOST = {True: 20, False: 1}
"""Hosts up to which the peer is measured, by whether it is over the lab's own network."""
RESULTS = ROOT / "benchmarks/results"


def numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(word) for word in text.split(",")}))


def prepared(folder: Path, hosts: Sequence[str]) -> Site:
    """One light host is rolled out; the others start as its copies. Then all of them have all there is to have."""
    first, *others = hosts
    lab.up(["api", first], say=print)
    site = Site(folder / "private")
    site.private.mkdir()
    site.environment["WOD_STATE"] = str(folder / "state")
    _done(site.roll_out(deploy=SITE))
    lab.snapshot(SNAPSHOT, [first], replace=True, say=print)
    lab.share(SNAPSHOT, first, hosts, say=print)
    if others:
        lab.up(others, snapshot=SNAPSHOT, say=print)
    _done(site.command("wod", "rollout", "--yes"))
    return site


def _done(run: Run) -> None:
    if run.code:
        raise SystemExit(run.output[-3000:])


def run_once(tool: Tool, hosts: Sequence[str]) -> tuple[float, float]:
    """Seconds, and seconds of the processor; it must have found nothing to do."""
    run = timed(*tool.command(hosts), **tool.environment)
    tool.forget()
    if not tool.nothing(run.output):
        raise SystemExit(f"{tool.name} found something to do:\n{run.output[-3000:]}")
    return run.seconds, run.cpu


def measured(site: Site, tool: Tool, hosts: Sequence[str], trip: int) -> Point:
    """One tool on so many hosts; memory and commands are the same whatever the round trip."""
    mib, commands = 0.0, 0
    if not trip:
        commands = count(site, tool, hosts[0]) if len(hosts) == 1 else 0
        mib = peak_mib(*tool.command(hosts), **tool.environment)
        tool.forget()
    repeats = 1 if len(hosts) > FEW else REPEATS
    runs = [run_once(tool, hosts) for _ in range(repeats)]
    seconds, cpu = median(seconds for seconds, _ in runs), median(cpu for _, cpu in runs)
    print(
        f"{trip:3} ms {len(hosts):3} hosts {tool.name:28} {seconds:7.1f} s, CPU {cpu:6.2f} s, {mib:.0f} MiB", flush=True
    )
    return Point(tool.name, trip, len(hosts), seconds, cpu, mib, commands)


def measure(
    site: Site, tools: Sequence[Tool], hosts: Sequence[str], counts: Iterable[int], trips: Iterable[int]
) -> list[Point]:
    points = []
    for trip in trips:
        with delayed(NETWORK, trip):
            points += [
                measured(site, tool, hosts[:number], trip)
                for number in counts
                for tool in tools
                if worth(tool, number, trip)
            ]
    return points


def worth(tool: Tool, number: int, trip: int) -> bool:
    """Whether its time is well spent."""
    return (not trip or number in FAR) and (tool.name != light.NAME or number <= PEERS_MOST[not trip])


def settings_cost(site: Site) -> float:
    """Seconds that each host of an inventory costs when it is read."""
    os.environ |= {name: site.environment[name] for name in ("WOD_PRIVATE", "XDG_CONFIG_HOME")}
    begin = time.process_time()
    read = load_site(ROOT / "inventories/lab.py")
    return (time.process_time() - begin) / len(read.hosts)


def busy(seconds: float = 5.0) -> str:
    """How much of the processor was in use before anything was measured, the hosts at rest included."""

    def times() -> tuple[int, int]:
        fields = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        return sum(fields[:8]), fields[3] + fields[4]

    (all_before, idle_before), _, (all_after, idle_after) = times(), time.sleep(seconds), times()
    return (
        f"{100 - 100 * (idle_after - idle_before) / (all_after - all_before):.0f} % of it, the hosts at rest included"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=numbers, default=HOSTS, help="how many, with commas")
    parser.add_argument("--trips", type=numbers, default=TRIPS, help="round trips in milliseconds, 0 for the lab's own")
    asked = parser.parse_args()
    os.environ["WOD_LAB_STATE"], os.environ["WOD_LAB_SUBNET"] = STATE, NETWORK
    lab.down()
    hosts = [host.name for host in lab.LIGHT[: max(asked.hosts)]]
    try:
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            light.install(scratch)
            site = prepared(scratch, hosts)
            tools = [*ours(site), light.tool(scratch, hosts)]
            before = {**description(), "in use before": busy()}
            points = measure(site, tools, hosts, asked.hosts, asked.trips)
            settings = settings_cost(site)
    finally:
        lab.down()
        lab.remove_snapshot(SNAPSHOT)
    (RESULTS / "scale.svg").write_text(picture(points))
    text = page(points, settings, before)
    (RESULTS / "scale.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
