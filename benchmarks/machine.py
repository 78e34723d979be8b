"""What a figure was measured on; it belongs into every result."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from wod.revision import revision


def description() -> dict[str, str]:
    """Processor, cores, memory, system, versions, date."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "processor": f"{models[0].partition(': ')[2] if models else platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{int(memory.split()[1]) / 2**20:.0f} GiB",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "pyinfra": version("pyinfra"),
        "wod": revision(),
    }


def table(title: str, rows: dict[str, str]) -> str:
    """A Markdown table with one title over both columns."""
    lines = [f"| {key} | {value} |" for key, value in rows.items()]
    return "\n".join([f"| {title} | |", "|---|---|", *lines, ""])


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table with a row of titles."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join([*("| " + " | ".join(line) + " |" for line in lines), ""])
