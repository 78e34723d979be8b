"""The processes of a student, found and ended by uid."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from wod.engine.accounts import Account
from wod.engine.asuser import popen_as
from wod.engine.errors import TryLater

GRACE = 2.0
"""Seconds that a program has after TERM to save what it has open."""
PATIENCE = 10.0
"""Seconds within which processes must be gone after KILL."""


def _belongs(status: str, uid: int) -> bool:
    """Whether a ``/proc/N/status`` is of a process that lives and has ``uid`` as any of its four user ids."""
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    dead = fields.get("State", "Z").strip()[:1] in ("Z", "X")
    return not dead and str(uid) in fields.get("Uid", "").split()


def of(uid: int, proc: Path = Path("/proc")) -> list[int]:
    """The ids of a user's living processes, in ascending order."""
    found = []
    for entry in os.listdir(proc):
        if entry.isdigit():
            try:
                status = (proc / entry / "status").read_text(errors="replace")
            except OSError:  # it ended meanwhile
                continue
            if _belongs(status, uid):
                found.append(int(entry))
    return sorted(found)


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    pause = 0.01
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
        pause = min(pause * 2, 0.2)
    return True


def _signal_all(account: Account, name: str) -> None:
    """One kill(2) of all that the student may signal: unlike a list of ids, nothing can fork itself away from it."""
    quiet = subprocess.DEVNULL
    command = ["/bin/sh", "-c", f"kill -s {name} -1"]
    popen_as(account, command, stdin=quiet, stdout=quiet, stderr=quiet).wait(timeout=30)


def _kill_until_none(account: Account) -> bool:
    """KILL everything; what the student may not signal (a setuid program) is ended by its id."""
    _signal_all(account, "KILL")
    for process in of(account.uid):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return not of(account.uid)


def end(account: Account, stop_server: Callable[[], None] = lambda: None) -> int:
    """End all processes of a student and say how many there were: TERM, a bounded wait, KILL until none is left.

    ``stop_server`` stops the student's service first, if there is anything to end, so that it is not started anew.
    """
    before = len(of(account.uid))
    if not before:
        return 0
    stop_server()
    _signal_all(account, "TERM")
    if not _wait(lambda: not of(account.uid), GRACE) and not _wait(lambda: _kill_until_none(account), PATIENCE):
        raise TryLater(f"{len(of(account.uid))} processes of {account.name} cannot be ended")
    return before


def stop_server(name: str) -> None:
    """Stop the unit in which systemdspawner runs a student's server; where there is no systemd there is none."""
    if Path("/run/systemd/system").is_dir():
        command = ["systemctl", "stop", f"jupyter-{name}.service"]
        subprocess.run(command, capture_output=True, timeout=60, check=False)  # an unknown unit is no error
