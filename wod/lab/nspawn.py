"""Starting a host's systemd in a container of its own, and stopping it in order."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from pathlib import Path

from wod.errors import WodError
from wod.lab import cgroups, processes
from wod.lab.hostset import LabHost
from wod.lab.places import Places
from wod.lab.run import PATH, last_lines, run

STOP_SECONDS = 15

LAUNCH = """
for group in $GROUPS_TO_JOIN; do echo $$ > "$group/cgroup.procs" || exit 1; done
echo $$ > "$PID_FILE"
exec "$@" > "$LOG_FILE" 2>&1 < /dev/null
"""
"""Joins the host's control groups and becomes systemd-nspawn, as a process that outlives this command."""


def command(places: Places, host: LabHost, booted: bool) -> list[str]:
    """systemd-nspawn's arguments. Where this machine runs systemd itself, it gives the host a scope of its own."""
    return [
        "systemd-nspawn",
        f"--directory={places.root(host.name)}",
        "--boot",
        f"--machine={places.machine(host.name)}",
        f"--hostname={host.name}",
        f"--network-bridge={places.bridge}",
        "--register=no",
        *([] if booted else ["--keep-unit"]),
        "--settings=no",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        "--console=read-only",
        "--quiet",
    ]


def start(places: Places, host: LabHost) -> tuple[int, int]:
    """Start a host whose file system is mounted; returns its process number and start time."""
    booted = Path("/run/systemd/system").is_dir()
    groups = [] if booted else cgroups.create(places.machine(host.name))
    pid_file = places.host(host.name) / "pid"
    pid_file.unlink(missing_ok=True)
    places.log(host.name).parent.mkdir(parents=True, exist_ok=True)
    words = [f"{name}={value}" for name, value in _environment(places, host, groups, pid_file).items()]
    run("env", "-i", *words, "setsid", "--fork", "sh", "-c", LAUNCH, "sh", *command(places, host, booted))
    return _started(pid_file, places.log(host.name))


def _environment(places: Places, host: LabHost, groups: Iterable[Path], pid_file: Path) -> dict[str, str]:
    environment = {
        "PATH": PATH,
        "GROUPS_TO_JOIN": " ".join(map(str, groups)),
        "PID_FILE": str(pid_file),
        "LOG_FILE": str(places.log(host.name)),
        # /tmp as each Debian has it: 12 on disk, 13 in memory by its own tmp.mount.
        "SYSTEMD_NSPAWN_TMPFS_TMP": "0",
    }
    if cgroups.legacy():
        # Debian 13 refuses to start on the old hierarchy, and Debian 12 runs on the new one in production too.
        environment["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "1"
    return environment


def _started(pid_file: Path, log: Path) -> tuple[int, int]:
    if not processes.wait_until(lambda: pid_file.is_file() and pid_file.read_text().endswith("\n"), 10):
        raise WodError("systemd-nspawn could not be started: no control group could be joined")
    pid = int(pid_file.read_text())
    started = processes.start_time(pid)
    if started is None:
        raise WodError(f"systemd-nspawn ended at once: {failure(log)}")
    return pid, started


def failure(log: Path) -> str:
    """The last words of a host that did not start."""
    text = log.read_text(errors="replace") if log.is_file() else ""
    return f"{last_lines(text, 5)} (see {log})"


def stop(pid: int, started: int, signal_number: int = signal.SIGTERM) -> bool:
    """Ask a host to shut down; returns whether it did so in time."""
    if processes.alive(pid, started):
        processes.send(pid, signal_number)
    return processes.wait_until(lambda: not processes.alive(pid, started), STOP_SECONDS)


def stop_orphan(places: Places, name: str) -> bool:
    """Ask the systemd of a host whose systemd-nspawn was killed to shut down; true if there is none."""
    init = processes.orphaned_init(places, name)
    started = processes.start_time(init) if init else None
    # What systemd-nspawn would have sent it (systemd(1), "SIGRTMIN+3").
    return not (init and started) or stop(init, started, signal.SIGRTMIN + 3)
