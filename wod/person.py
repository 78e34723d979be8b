"""Who sits at this machine: also when that is somebody who said sudo."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Person:
    """Whose home things go to: the one who said sudo, else the one who runs this."""

    name: str
    uid: int
    gid: int
    home: Path

    @property
    def notes(self) -> Path:
        """The installer's log and credentials, where the original's operators look for them."""
        return self.home / ".wod-install"

    def owns(self, *paths: Path) -> None:
        """Hand files over that root made for this person; links are left alone."""
        if os.geteuid() != 0 or self.uid == 0:
            return
        for path in paths:
            for each in [path, *path.rglob("*")] if path.is_dir() else [path]:
                if each.exists() and not each.is_symlink():
                    os.chown(each, self.uid, self.gid)


def person() -> Person:
    """``SUDO_USER`` counts only for root: anybody can set a variable."""
    sudo = os.environ.get("SUDO_USER", "") if os.geteuid() == 0 else ""
    try:
        entry = pwd.getpwnam(sudo) if sudo else pwd.getpwuid(os.geteuid())
    except KeyError:
        return Person("", os.geteuid(), os.getegid(), Path.home())
    home = Path(entry.pw_dir) if sudo else Path.home()
    return Person(entry.pw_name, entry.pw_uid, entry.pw_gid, home)
