"""Time a whole command: wall clock, the processor time of it and its children, and when each operation began."""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Timed:
    """``steps`` are pyinfra's operations with their seconds, in order."""

    seconds: float
    cpu: float
    output: str
    steps: dict[str, float] = field(default_factory=dict)

    def commands_on(self, host: str) -> int:
        return len(re.findall(rf"Running command on {re.escape(host)}:", self.output))


def timed(*command: str, **environment: str) -> Timed:
    """Run from the repository's root; a failure ends the benchmark with the command's output."""
    begin, before = time.monotonic(), os.times()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines, marks = [], []
    for line in process.stdout:
        lines.append(line)
        started = re.search(r"Starting operation: (.*\S)", line)
        if started or "--> Results" in line:
            marks.append((started[1] if started else "", time.monotonic()))
    code = process.wait()
    seconds, after = time.monotonic() - begin, os.times()
    output = "".join(lines)
    if code != 0:
        raise SystemExit(f"{' '.join(command)} ended with {code}:\n{output[-3000:]}")
    steps = {name: until - since for (name, since), (_, until) in pairwise(marks)}
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Timed(seconds, cpu, output, steps)
