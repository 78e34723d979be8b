"""SSH keys for students, made in advance while there is nothing to do: an RSA key costs as much as all else of a home.

Each is used once. RSA, 2048 bits, called ``id_rsa``: what the workshops' appliances have always been given (contract
section 11).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from wod.engine.errors import TryLater

POOL = 100
"""Keys that lie ready: as many as people may come at once."""


def _make(folder: Path, *prefix: str) -> None:
    """A key pair in ``folder``."""
    command = [
        *prefix,
        "ssh-keygen",
        "-q",
        "-t",
        "rsa",
        "-b",
        "2048",
        "-N",
        "",
        "-C",
        "wod",
        "-f",
        str(folder / "id_rsa"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise TryLater(f"ssh-keygen failed: {done.stderr.strip()}")


def _ready(top: Path) -> list[str]:
    return sorted(name for name in os.listdir(top / "keys") if name.startswith("ready-"))


def _private(top: Path) -> Path:
    """A folder of its own, which only root may enter, below the state folder ``top``."""
    (top / "keys").mkdir(mode=0o700, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=top / "keys", prefix="key-"))


def prepare(top: Path, wanted: int = POOL) -> bool:
    """Put one key in stock, at low priority; whether one was wanted."""
    folder = _private(top)
    try:
        if len(_ready(top)) >= wanted:
            return False
        _make(folder, "nice", "-n", "19")
        folder.rename(folder.with_name(folder.name.replace("key-", "ready-", 1)))
        return True
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def take(top: Path, comment: str) -> tuple[bytes, bytes]:
    """``(private, public)`` of a key that nobody else gets, from stock or made now; ``comment`` tells whose it is."""
    folder = _private(top)
    try:
        if not _from_stock(top, folder):
            _make(folder)
        kind, key, _ = (folder / "id_rsa.pub").read_bytes().split(maxsplit=2)
        return (folder / "id_rsa").read_bytes(), b"%s %s %s\n" % (kind, key, comment.encode())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _from_stock(top: Path, folder: Path) -> bool:
    """Move a key of the stock over the empty ``folder``: only one of several threads can have it."""
    for name in _ready(top):
        try:
            (top / "keys" / name).rename(folder)
            return True
        except FileNotFoundError:  # somebody else was quicker
            continue
    return False


def tidy(top: Path) -> None:
    """Forget what a killed engine was about to make or to hand out."""
    for path in (top / "keys").glob("key-*"):
        shutil.rmtree(path, ignore_errors=True)
