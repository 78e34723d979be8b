"""What scale.py measures: each tool's command for some hosts, and what proves that it found nothing to do."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.scalemodel import ROLLOUT, STOCK
from tests.lab.site import BIN, Run, Site


@dataclass(frozen=True)
class Tool:
    """``command(hosts)`` goes through these hosts; ``nothing(output)``: whether it found nothing to do.

    ``forget`` closes what would make its next run quicker than its first.
    """

    name: str
    command: Callable[[Sequence[str]], tuple[str, ...]]
    nothing: Callable[[str], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    forget: Callable[[], None] = lambda: None


def ours(site: Site) -> list[Tool]:
    """The stock command line, and the command that has a process for each host."""
    return [
        Tool(STOCK, _pyinfra, lambda output: not Run(0, output).changed, site.environment),
        Tool(ROLLOUT, lambda hosts: _fleet(hosts, "rollout", "--yes"), _unchanged, site.environment),
    ]


def _pyinfra(hosts: Sequence[str]) -> tuple[str, ...]:
    limits = [word for host in hosts for word in ("--limit", host)]
    return (str(BIN / "pyinfra"), "-y", *limits, "inventories/lab.py", "deploys/frontend.py")


def _fleet(hosts: Sequence[str], *words: str) -> tuple[str, ...]:
    return (str(BIN / "wod"), *words, "--limit", ",".join(hosts), "--jobs", str(len(hosts)))


def _unchanged(output: str) -> bool:
    return bool(re.search(r"^\d+ unchanged in ", output, re.MULTILINE))


def commands_logged(site: Site, host: str) -> int:
    """How many commands sudo has logged on a host; every tool's commands go through it, but for the one that asks."""
    said = site.ssh(host, "journalctl -q -o cat -t sudo | grep COMMAND= | grep -vc journalctl || true")
    return int(said.splitlines()[-1])


def count(site: Site, tool: Tool, host: str) -> int:
    """Commands of one run on one host."""
    before = commands_logged(site, host)
    subprocess.run(tool.command([host]), env={**site.environment, **tool.environment}, check=True, capture_output=True)
    tool.forget()
    return commands_logged(site, host) - before
