"""The machine's mounts: a host's overlay, and what killed runs left mounted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wod.lab.run import run, succeeds


@dataclass(frozen=True)
class Mount:
    """One line of a mountinfo file."""

    point: Path
    kind: str
    options: dict[str, str]


def parse(mountinfo: str) -> list[Mount]:
    """Read the kernel's ``mountinfo`` format (proc_pid_mountinfo(5))."""
    found = []
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields, tail = before.split(), after.split()
        if len(fields) >= 5 and len(tail) >= 3:
            pairs = (option.partition("=") for option in tail[2].split(","))
            found.append(Mount(Path(_plain(fields[4])), tail[0], {k: _plain(v) for k, _, v in pairs}))
    return found


def _plain(text: str) -> str:
    """Undo the kernel's octal escapes for blanks and the like."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def mounted(process: int | str = "self") -> list[Mount]:
    """The mounts that a process sees; none if it is gone."""
    try:
        return parse(Path(f"/proc/{process}/mountinfo").read_text())
    except OSError:
        return []


def is_mounted(point: Path) -> bool:
    return any(mount.point == point for mount in mounted())


def mount_overlay(lowers: Iterable[Path], upper: Path, work: Path, point: Path) -> None:
    """Mount ``upper`` over ``lowers`` (topmost first) at ``point``."""
    for directory in (upper, work, point):
        directory.mkdir(parents=True, exist_ok=True)
    options = f"lowerdir={':'.join(map(str, lowers))},upperdir={upper},workdir={work}"
    run("mount", "-t", "overlay", "-o", options, "overlay", point)


def unmount_below(directory: Path) -> list[Path]:
    """Unmount everything at or below a directory, innermost first; returns what was mounted."""
    points = [mount.point for mount in mounted() if mount.point.is_relative_to(directory)]
    for point in reversed(points):
        if not succeeds("umount", point):
            # Somebody stands in it (a shell, a backup). Detached, it vanishes when they leave.
            run("umount", "--lazy", point)
    return points


def lower_layers_in_use() -> set[Path]:
    """Every directory that is a lower layer of some overlay on this machine."""
    lowers = (mount.options.get("lowerdir", "") for mount in mounted() if mount.kind == "overlay")
    return {Path(part) for lower in lowers for part in lower.split(":") if part}
