"""A folder of logs per check or plan; the older ones go."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timezone
from pathlib import Path

from wod.fleet.state import Folder

KEPT = 30


def new_folder(folder: Folder, kind: str) -> Path:
    """An empty folder ``<kind>/<moment>-<process>``, for its owner only; of its kind the newest :data:`KEPT` stay."""
    place = folder.path / kind
    moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    made = place / f"{moment}-{os.getpid()}"
    made.mkdir(mode=0o700, parents=True)
    for old in sorted(place.iterdir())[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return made
