"""A control group per host where this machine has no systemd to make one.

Without one, every host's systemd would manage the same group, and take another host's services for its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wod.lab import mounts

KINDS = ("cgroup", "cgroup2")


def hierarchies() -> list[Path]:
    """The hierarchies that systemd uses: the new one, and the old named one beside it."""
    return [
        mount.point
        for mount in mounts.mounted()
        if mount.kind == "cgroup2" or (mount.kind == "cgroup" and mount.options.get("name") == "systemd")
    ]


def legacy() -> bool:
    """Whether this machine mounts the old hierarchy (cgroup v1)."""
    return any(mount.kind == "cgroup" for mount in mounts.mounted())


def create(machine: str) -> list[Path]:
    """Make the host's group in each hierarchy."""
    groups = [hierarchy / machine for hierarchy in hierarchies()]
    for group in groups:
        group.mkdir(exist_ok=True)
    return groups


def remove(machine: str) -> None:
    """Remove the host's groups, innermost first; the host must have ended."""
    for hierarchy in hierarchies():
        for group in _innermost_first(hierarchy / machine):
            try:
                group.rmdir()
            except OSError:
                # Something in it is still ending; an empty group left behind costs nothing and is reused.
                pass


def _innermost_first(group: Path) -> Iterator[Path]:
    if group.is_dir():
        for child in sorted(group.iterdir()):
            if child.is_dir():
                yield from _innermost_first(child)
        yield group
