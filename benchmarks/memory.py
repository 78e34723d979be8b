"""How much memory a command takes with all the processes that it starts: the most that it ever had at once.

What forked processes share is counted once, in equal parts (PSS, proc(5)); looked at every quarter of a second.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import ROOT

PROC = Path("/proc")
INTERVAL = 0.25


def peak_mib(*command: str, **environment: str) -> float:
    """Run the command from the repository's root; its output is not wanted here."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = 0
    while True:
        peak = max(peak, sum(map(_pss, family(process.pid))))
        try:
            code = process.wait(INTERVAL)
        except subprocess.TimeoutExpired:
            continue
        if code:
            raise SystemExit(f"{' '.join(command)} ended with {code}")
        return peak / 1024


def family(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        if fields := _text(stat).rpartition(")")[2].split():
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    left = [pid]
    while left:
        yield (each := left.pop())
        left += children.get(each, [])


def _pss(pid: int) -> int:
    """KiB; 0 for a process that has just ended."""
    lines = _text(PROC / str(pid) / "smaps_rollup").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
