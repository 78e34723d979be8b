"""Real hosts on this machine: systemd as PID 1, sshd, an address each. ``wod lab`` and the tests are its users."""

from __future__ import annotations

from wod.lab.hostset import DEFAULT, KNOWN, LIGHT, LabHost, PlacedHost
from wod.lab.lifecycle import down, reset, up
from wod.lab.snapshotting import remove_snapshot, share, snapshot
from wod.lab.survey import HostStatus, connection, hosts, settings, status

__all__ = [
    "DEFAULT",
    "KNOWN",
    "LIGHT",
    "HostStatus",
    "LabHost",
    "PlacedHost",
    "connection",
    "down",
    "hosts",
    "remove_snapshot",
    "reset",
    "settings",
    "share",
    "snapshot",
    "status",
    "up",
]
