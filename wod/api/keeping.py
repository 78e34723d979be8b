"""`wod-api backup` and `wod-api restore`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wod.api import backup, config

Add = Callable[..., argparse.ArgumentParser]


def add(commands: Any, command: Add) -> None:
    """The two commands; ``command(commands, name, run, help)`` makes one."""
    making = command(commands, "backup", run_backup, "Make a backup of the database.")
    making.add_argument("--keep", type=int, metavar="N", help="and remove all but the newest N")
    making.add_argument("--list", action="store_true", help="only print which there are, the newest first")
    restoring = command(commands, "restore", run_restore, "Put a backup in the place of what is in the database.")
    restoring.add_argument("file", help="its path, or its name in the folder of backups")
    restoring.add_argument("--force", action="store_true", help="although the database is in use")
    for parser in (making, restoring):
        parser.add_argument("--folder", type=Path, default=backup.FOLDER, help=f"instead of {backup.FOLDER}")


def run_backup(given: argparse.Namespace) -> int:
    """Prints the new backup's name; with --list ``NAME  BYTES`` of each."""
    if given.list:
        for path in backup.backups(given.folder):
            print(f"{path.name}  {path.stat().st_size}")
        return 0
    print(backup.make(config.load(given.config).database, given.folder).name)
    if given.keep is not None:
        for path in backup.prune(given.folder, given.keep):
            print(f"{path.name} removed")
    return 0


def run_restore(given: argparse.Namespace) -> int:
    """Exit code 1: restored, and to be adopted or of a newer release."""
    from wod.api import database, restore

    url = config.load(given.config).database
    path = Path(given.file) if "/" in given.file else given.folder / given.file
    before = restore.restore(url, path, given.folder, given.force)
    print(f"Restored {path.name}. What was there before is in {before.name}.")
    try:
        database.migrate(url)
    except (database.NotAdopted, database.NewerRelease) as error:
        print(f"It cannot be used yet: {error}", file=sys.stderr)
        return 1
    return 0
