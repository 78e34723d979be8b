"""Room for many hosts: each one's systemd watches files, and the kernel allows root's processes 128 watches in all."""

from __future__ import annotations

from pathlib import Path

from wod.lab.state import write_atomically

LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
BEFORE = Path("/run/wod-lab-inotify")
"""What the limit was before. In /run, since a reboot forgets the setting as well."""
EACH = 16
"""More than a host takes, since other labs and the machine itself want some."""


def ensure(hosts: int) -> None:
    """Raise the limit where it is too low for so many hosts."""
    now, wanted = int(LIMIT.read_text()), EACH * hosts
    if now < wanted:
        if not BEFORE.exists():
            write_atomically(BEFORE, f"{now}\n")
        LIMIT.write_text(str(wanted))


def restore() -> None:
    """Put the limit back to what it was."""
    if BEFORE.exists():
        LIMIT.write_text(BEFORE.read_text().strip())
        BEFORE.unlink()
