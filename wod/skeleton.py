"""What new homes are copies of: ours, and the private folder's ``skel/`` over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from wod import templates
from wod.operations.files import Directory, Entry, File
from wod.private import Private

FOLDER = "/etc/skel"
OURS = templates.ROOT / "system" / "skel"


def entries(private: Private) -> list[Entry]:
    """Folders, then files; :class:`wod.templates.Faulty` for a private file that is no text."""
    own = private.skeleton
    ours = {path.name: templates.text(f"system/skel/{path.name}") for path in sorted(OURS.iterdir())}
    made = {name: File(f"{FOLDER}/{name}", text) for name, text in ours.items()}
    made |= {name: File(f"{FOLDER}/{name}", templates.read(path), mode_of(path)) for name, path in own.items()}
    return [*map(Directory, folders(own)), *(made[name] for name in sorted(made))]


def mode_of(path: Path) -> int:
    return 0o755 if path.stat().st_mode & 0o100 else 0o644


def folders(files: Mapping[str, Path]) -> list[str]:
    """The folders below the skeleton that files need, the outer ones first."""
    found = {str(parent) for name in files for parent in PurePosixPath(name).parents if parent.name}
    return [f"{FOLDER}/{name}" for name in sorted(found)]
