"""The lab's processes, and only those: told by number and start time, or by the file system they stand on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from wod.lab import mounts
from wod.lab.places import Places

PROC = Path("/proc")


def start_time(pid: int) -> int | None:
    """When a process started, in the kernel's ticks; None if it is gone or only waits to be collected."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The name, in parentheses, may itself hold blanks and parentheses.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def alive(pid: int | None, started: int) -> bool:
    """Whether this very process still runs."""
    return pid is not None and start_time(pid) == started


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Wait for a condition, but not for ever; returns whether it came true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def of_host(places: Places, name: str) -> list[int]:
    """Processes of a host, however its start ended: its systemd-nspawn, and whatever stands on its file system."""
    return [pid for pid in every() if _starts_host(pid, places, name) or _stands_on(pid, places.host(name))]


def every() -> Iterator[int]:
    """The numbers of all processes of this machine."""
    return (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())


def command_line(pid: int) -> list[str]:
    """The words that a process was started with; none if it is gone."""
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []
    return [word.decode(errors="replace") for word in words]


def _starts_host(pid: int, places: Places, name: str) -> bool:
    words = command_line(pid)
    return "systemd-nspawn" in "".join(words[:1]) and f"--directory={places.root(name)}" in words


def _stands_on(pid: int, directory: Path) -> bool:
    """Whether a process's whole file system is the overlay whose upper layer lies in ``directory``."""
    uppers = (m.options.get("upperdir", "") for m in mounts.mounted(pid) if m.point == Path("/"))
    return any(Path(upper).is_relative_to(directory) for upper in uppers if upper)


def orphaned_init(places: Places, name: str) -> int | None:
    """PID 1 of a host whose systemd-nspawn was killed: it lives on, with everything it started."""
    if any(_starts_host(pid, places, name) for pid in every()):
        return None
    standing = (pid for pid in every() if _stands_on(pid, places.host(name)))
    return next((pid for pid in standing if _number_inside(pid) == 1), None)


def _number_inside(pid: int) -> int | None:
    """A process's number in its innermost namespace."""
    try:
        status = (PROC / str(pid) / "status").read_text()
    except OSError:
        return None
    numbers = next((line for line in status.splitlines() if line.startswith("NSpid:")), "NSpid: 0")
    return int(numbers.split()[-1])


def kill_host(places: Places, name: str) -> bool:
    """End whatever is left of a host at once; returns whether there was anything."""
    found = of_host(places, name)
    for pid in found:
        send(pid, signal.SIGKILL)
    wait_until(lambda: not of_host(places, name), 10)
    return bool(found)


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
