"""Writing into a host's file system from outside, without being led out of it by a symbolic link."""

from __future__ import annotations

import os
from pathlib import Path

from wod.errors import WodError


def write(root: Path, name: str, text: str, mode: int = 0o644, owner: tuple[int, int] = (0, 0)) -> None:
    """Write a file below ``root``. A link there would point into this machine, so it is replaced, not followed."""
    target = inside(root, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.lab")
    temporary.unlink(missing_ok=True)
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        os.fchown(file.fileno(), *owner)
        os.fchmod(file.fileno(), mode)
    temporary.replace(target)


def inside(root: Path, name: str) -> Path:
    """The path of ``name`` below ``root``; an error if a directory on the way leads out."""
    target = root / name
    if not target.parent.resolve().is_relative_to(root.resolve()):
        raise WodError(f"{target}: a symbolic link on the way leads out of the host; reset the host")
    return target


def read(root: Path, name: str) -> str | None:
    """What a plain file below ``root`` holds; None if there is none."""
    target = inside(root, name)
    return target.read_text() if target.is_file() and not target.is_symlink() else None


def account(root: Path, name: str) -> tuple[int, int]:
    """The user and group number of an account of the host."""
    for line in (read(root, "etc/passwd") or "").splitlines():
        fields = line.split(":")
        if fields[0] == name:
            return int(fields[2]), int(fields[3])
    raise WodError(f"{root}: the host has no account {name}; reset the host")
