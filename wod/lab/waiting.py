"""Waiting until a host can be worked with: ssh answers and its systemd has settled."""

from __future__ import annotations

import socket
import subprocess
import time

from wod.errors import WodError
from wod.lab import nspawn, processes
from wod.lab.hostset import PlacedHost
from wod.lab.places import Places
from wod.lab.recipe import ACCOUNT

BOOT_SECONDS = 120
SETTLED = ("running", "degraded")


def ssh_command(places: Places, host: PlacedHost, *options: str) -> list[str]:
    """The ssh client's arguments for this host, with strict checking and nobody's own configuration."""
    return [
        "ssh", "-F", "none", "-i", str(places.lab_key),
        "-o", "IdentitiesOnly=yes",
        "-o", f"UserKnownHostsFile={places.known_hosts}",
        "-o", "StrictHostKeyChecking=yes",
        *options,
        f"{ACCOUNT}@{host.address}",
    ]  # fmt: skip


def wait_until_up(places: Places, host: PlacedHost, pid: int, started: int) -> None:
    """Wait until the host can be worked with; an error, with its last words, if that does not come about."""
    deadline = time.monotonic() + BOOT_SECONDS
    last = "ssh does not answer"
    while time.monotonic() < deadline:
        if not processes.alive(pid, started):
            raise WodError(f"it ended while starting: {nspawn.failure(places.log(host.name))}")
        if answers(host):
            last = _system_state(places, host)
            if last in SETTLED:
                return
        time.sleep(0.2)
    raise WodError(
        f"not ready after {BOOT_SECONDS} s ({last}); wod lab reset {host.name} makes it fresh. "
        f"Its last words: {nspawn.failure(places.log(host.name))}"
    )


def answers(host: PlacedHost) -> bool:
    """Whether an ssh server greets us."""
    try:
        with socket.create_connection((host.address, 22), timeout=1) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _system_state(places: Places, host: PlacedHost) -> str:
    command = ssh_command(places, host, "-o", "BatchMode=yes", "-o", "ConnectTimeout=3")
    try:
        done = subprocess.run(
            [*command, "systemctl is-system-running --wait"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=BOOT_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "its systemd does not settle"
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]
