"""SSH keys for students, made in advance while there is nothing to do: an RSA key costs as much as all else of a home.

Each is used once. RSA, 2048 bits, called ``id_rsa``: what the workshops' appliances have always been given (contract
section 11). A key in stock is one file, the private part and below it the public line: renaming it is what hands it
out, and a file can be renamed on any filesystem, where a folder cannot (overlayfs answers EXDEV for one of its lower
layer).
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


def _make(top: Path, *prefix: str) -> bytes:
    """A new key pair as it lies in stock; ``prefix`` is a command to run the work under."""
    folder = Path(tempfile.mkdtemp(dir=_stock(top), prefix="key-"))
    try:
        key = folder / "id_rsa"
        keygen = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "wod", "-f", str(key)]
        done = subprocess.run([*prefix, *keygen], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise TryLater(f"ssh-keygen failed: {done.stderr.strip()}")
        return key.read_bytes() + key.with_suffix(".pub").read_bytes()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stock(top: Path) -> Path:
    """Where keys lie below the state folder ``top``: only root may enter."""
    stock = top / "keys"
    stock.mkdir(mode=0o700, exist_ok=True)
    return stock


def prepare(top: Path, wanted: int = POOL) -> bool:
    """Put one key in stock, at low priority; whether one was wanted."""
    if len(list(_stock(top).glob("ready-*"))) >= wanted:
        return False
    pair = _make(top, "nice", "-n", "19")
    number, written = tempfile.mkstemp(dir=_stock(top), prefix="key-")
    with os.fdopen(number, "wb") as file:
        file.write(pair)
        file.flush()
        os.fsync(file.fileno())
    path = Path(written)
    path.rename(path.with_name(path.name.replace("key-", "ready-", 1)))
    return True


def take(top: Path, comment: str) -> tuple[bytes, bytes]:
    """``(private, public)`` of a key that nobody else gets, from stock or made now; ``comment`` tells whose it is."""
    private, end, public = (_from_stock(top) or _make(top)).rpartition(b"-----\n")
    kind, key, _ = public.split(maxsplit=2)
    return private + end, b"%s %s %s\n" % (kind, key, comment.encode())


def _from_stock(top: Path) -> bytes | None:
    """A key of the stock, which is there no more: only one of several threads can have it."""
    for ready in sorted(_stock(top).glob("ready-*")):
        mine = ready.with_name(ready.name.replace("ready-", "key-", 1))
        try:
            ready.rename(mine)
        except FileNotFoundError:  # somebody else was quicker
            continue
        pair = mine.read_bytes()
        mine.unlink()
        return pair
    return None


def tidy(top: Path) -> None:
    """Forget what a killed engine was about to make or to hand out."""
    for path in (top / "keys").glob("key-*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
