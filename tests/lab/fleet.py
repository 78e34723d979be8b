"""``wod rollout`` and its kin on the lab's hosts, as an operator types them, with a state folder of their own."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.site import BIN, REPOSITORY, Site
from wod.lab.places import places


@dataclass
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """What ``--json`` printed."""
        assert self.out, self.err
        return dict(json.loads(self.out))

    @property
    def hosts(self) -> dict[str, dict[str, Any]]:
        """Of the report, by name."""
        return {host["host"]: host for host in self.report["hosts"]}

    @property
    def outcomes(self) -> dict[str, str]:
        return {name: host["outcome"] for name, host in self.hosts.items()}


@dataclass
class Fleet:
    """The site's operator, who keeps records of roll-outs in ``folder``."""

    site: Site
    folder: Path
    inventory: str = "inventories/lab.py"

    def start(self, *words: str) -> subprocess.Popen[str]:
        """``wod WORDS`` on this site."""
        return subprocess.Popen(
            [BIN / "wod", *words, "-i", self.inventory],
            cwd=REPOSITORY,
            env={**self.site.environment, "WOD_STATE": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wod(self, *words: str) -> Said:
        return said(self.start(*words))

    def rollout(self, *words: str) -> Said:
        return self.wod("rollout", "--yes", "--json", *words)

    @property
    def records(self) -> list[Path]:
        """The folders of all roll-outs, the last one at the end."""
        return sorted((self.folder / "lab" / "runs").glob("*"))

    @property
    def record(self) -> Path:
        return self.records[-1]

    def is_done(self, host: str) -> bool:
        """Whether the last roll-out has a result of this host."""
        return (self.record / "hosts" / f"{host}.json").exists()

    def log(self, host: str) -> str:
        """All that the last roll-out, and those that resumed it, did on a host."""
        path = self.record / "logs" / f"{host}.log"
        return path.read_text() if path.exists() else ""


def said(process: subprocess.Popen[str], patience: float = 900) -> Said:
    out, err = process.communicate(timeout=patience)
    return Said(process.returncode, out, err)


def until(what: str, check: Callable[[], object], patience: float = 300) -> None:
    deadline = time.monotonic() + patience
    while not check():
        assert time.monotonic() < deadline, f"{what}: not within {patience} s"
        time.sleep(0.02)


def children(process: subprocess.Popen[str]) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def runs(pid: int) -> bool:
    """Whether a process is at work: not gone, and no zombie that nobody has looked for yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def cut_off() -> Iterator[None]:
    """Nothing that is sent to the lab's hosts arrives, and nobody is told."""
    table = f"cut_{places().table}"
    chain = f"chain out {{\ntype filter hook output priority 0;\noifname {places().bridge} drop;\n}}\n"
    subprocess.run(["nft", "-f", "-"], input=f"table inet {table} {{\n{chain}}}\n", text=True, check=True)
    try:
        yield
    finally:
        subprocess.run(["nft", "delete", "table", "inet", table], check=True)
