"""What the control node keeps of a platform: who rolls out now, which hosts are held, and how runs went.

It is below ``WOD_STATE`` (default: the user's state folder), one folder per platform, for its owner's eyes only.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from wod.errors import BadInput


@dataclass(frozen=True)
class Folder:
    """A platform's folder. Beside what is named here, ``history.sqlite`` is drift's."""

    path: Path

    @property
    def holds(self) -> Path:
        return self.path / "holds.json"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def runs(self) -> Path:
        return self.path / "runs"

    @property
    def history(self) -> Path:
        return self.path / "history.sqlite"


def root() -> Path:
    """Where the folders of all platforms are."""
    given = os.environ.get("WOD_STATE")
    return Path(given).expanduser() if given else platformdirs.user_state_path("wod")


def folder_of(group: str) -> Folder:
    """The folder of the platform ``group``, made when it is not there; :class:`BadInput` if others can look in."""
    path = root() / group
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_open = path.stat().st_mode & 0o077
    except OSError as error:
        raise BadInput(f"{path} cannot be used: {error.strerror}; name another folder in WOD_STATE") from None
    if is_open:
        raise BadInput(f"{path} is open to others than its owner; mend it with: chmod 700 {path}")
    return Folder(path)


def write_json(path: Path, value: Any) -> None:
    """Replaced in one step, so a crash leaves the old file or the new one; 0600."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_json(path: Path) -> Any:
    """``None`` when there is no such file; :class:`BadInput` when it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise BadInput(f"{path} is damaged, and is left as it is; move it away") from None
