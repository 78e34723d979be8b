"""A site for the lab tier: its own lab and private folder, and the commands that a user would type."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.participant import Participant

REPOSITORY = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
BACKEND, SITE = "deploys/backend.py", "deploys/site.py"


@dataclass
class Run:
    """What a command printed and how it ended."""

    code: int
    output: str
    seconds: float = 0.0

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """``(operation, hosts, success, error, no change)`` of pyinfra's results table; a dash for none."""
        rows = re.findall(r"^\s+(\S.*?)" + r"\s{2,}(\d+|-)" * 4 + r"\s*$", self.output, re.MULTILINE)
        return [row for row in rows if row[0] != "Grand total"]

    @property
    def changed(self) -> dict[str, int]:
        """Operations that changed something, with on how many hosts."""
        return {name: int(success) for name, _, success, _, _ in self.rows if success != "-"}

    @property
    def unchanged(self) -> set[str]:
        """Operations that had nothing to do on some host."""
        return {name for name, *_, nothing in self.rows if nothing != "-"}

    @property
    def operations(self) -> int:
        total = re.search(r"Grand total\s+(\d+)", self.output)
        return int(total[1]) if total else 0

    def commands_on(self, host: str) -> int:
        """How many remote commands were started on a host; only a run with ``--debug`` says so."""
        return len(re.findall(rf"Running command on {re.escape(host)}:", self.output))


@dataclass
class Site:
    """The lab's site as its operator has it before him."""

    private: Path
    environment: dict[str, str] = field(default_factory=dict)
    shown: dict[tuple[str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        places = {"WOD_PRIVATE": str(self.private), "WOD_INVENTORY": "inventories/lab.py"}
        key = {"XDG_CONFIG_HOME": f"{self.private}-config"}  # where the key of its secrets is
        self.environment = {**os.environ, **places, **key}

    def command(self, *words: str, patience: float = 1800) -> Run:
        """One command, from the repository's root, as a user types it."""
        begin = time.monotonic()
        done = subprocess.run(
            [str(BIN / words[0]), *words[1:]],
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=patience,
        )
        return Run(done.returncode, done.stdout, time.monotonic() - begin)

    def roll_out(self, *flags: str, inventory: str = "inventories/lab.py", deploy: str = BACKEND) -> Run:
        """``pyinfra -y INVENTORY DEPLOY flags``."""
        return self.command("pyinfra", "-y", *flags, inventory, deploy)

    def roll_out_killed(self, operation: str, seconds: float, *flags: str) -> bool:
        """A roll-out whose control process is killed (-9) seconds after an operation began; whether it was reached."""
        process = subprocess.Popen(
            [str(BIN / "pyinfra"), "-y", *flags, "inventories/lab.py", BACKEND],
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        reached = any(f"Starting operation: {operation}" in line for line in process.stdout)
        if reached:
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
        process.stdout.close()
        process.wait(timeout=600)
        return reached

    def ssh(self, host: str, command: str, check: bool = True) -> str:
        """A command on a host, as root, through the lab's SSH."""
        done = self.command("wod", "lab", "ssh", host, "--", f"sudo sh -c {_quoted(command)}")
        assert done.code == 0 or not check, f"{host}: {command}\n{done.output}"
        return done.output.strip()

    def participant(self, host: str, number: int) -> Participant:
        """A person with a fresh password for studentN."""
        made = self.command("wod", "student", "passwd", str(number), "--host", host)
        assert made.code == 0, made.output
        values = dict(line.split(maxsplit=1) for line in made.output.strip().splitlines())
        return Participant(values["URL:"].removesuffix("/hub/login"), values["User:"], values["Password:"])

    def secret(self, name: str) -> str:
        """A secret as the operator has it shown; asked for again when the kept ones have changed."""
        known = name, (self.private / "secrets" / "lab.yml").stat().st_mtime_ns
        if known not in self.shown:
            run = self.command("wod", "secrets", "show", name)
            assert run.code == 0, run.output
            self.shown[known] = run.output.strip()
        return self.shown[known]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
