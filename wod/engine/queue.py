"""The receiver's side of the queue: an order is on the disk before the mail counts as delivered.

``tmp/`` holds what is being written, ``new/`` what waits for the worker, ``nonces/`` what was accepted, so that a mail
that comes twice acts once. A nonce is a second name (hard link) of the request in ``tmp/``, given before the request
moves on to ``new/``. So, wherever the process is killed, the same mail again finds one of three states:

- no nonce: nothing was accepted; a file in ``tmp/`` is waste;
- a nonce, and its request still in ``tmp/``: the move to ``new/`` is made up for;
- a nonce alone: it was queued, and perhaps carried out.
"""

from __future__ import annotations

import time
from pathlib import Path

from wod.engine import durable
from wod.engine.request import Request

FOLDERS = ("tmp", "new", "nonces")
STALE = 3600
"""Seconds after which a file in ``tmp/`` has lost its process, and between two clearings."""


class Reused(Exception):
    """The nonce belongs to another order: the sender is at fault."""


class Queue:
    def __init__(self, folder: Path) -> None:
        self.tmp, self.new, self.nonces = (folder / name for name in FOLDERS)
        for each in (self.tmp, self.new, self.nonces):
            each.mkdir(mode=0o700, exist_ok=True)

    def put(self, request: Request, nonce: str = "") -> bool:
        """Queue the request; False if the same mail was queued before. :class:`OSError`: it is not safe, try later."""
        draft = self.tmp / request.id
        try:
            durable.create(draft, request.dump() + "\n")
            fresh = not nonce or self._claim(draft, nonce)
        except FileExistsError:
            raise  # another request by the same id: not ours to remove
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        if not fresh:
            draft.unlink()
            return self._replay(request, nonce)
        self._promote(request.id)
        return True

    def _claim(self, draft: Path, nonce: str) -> bool:
        """Whether ``nonce`` was free. The draft's name must last before the nonce's does: see above."""
        durable.sync_folder(self.tmp)
        try:
            (self.nonces / nonce).hardlink_to(draft)
        except FileExistsError:
            return False
        return True

    def _promote(self, identity: str) -> None:
        durable.sync_folder(self.nonces)
        try:
            (self.tmp / identity).rename(self.new / identity)
        except FileNotFoundError:
            pass  # the same mail, delivered a second time meanwhile, did it
        durable.sync_folder(self.new)

    def _replay(self, request: Request, nonce: str) -> bool:
        earlier = Request.load((self.nonces / nonce).read_text())
        if _content(earlier) != _content(request):
            raise Reused(f"its nonce belongs to another order, {earlier.id}")
        self._promote(earlier.id)
        return False

    def clear(self, window: int, now: float | None = None) -> None:
        """Once an hour: forget nonces that ``window`` hours have made useless, and end what killed processes began."""
        now = time.time() if now is None else now
        mark = self.tmp.parent / "cleared"
        if mark.exists() and 0 <= now - mark.stat().st_mtime < STALE:
            return
        mark.touch()
        for path in _older(self.tmp, now - STALE):
            if path.stat().st_nlink > 1:
                self._promote(path.name)
            else:
                path.unlink(missing_ok=True)
        for path in _older(self.nonces, now - window * 3600 - STALE):
            path.unlink(missing_ok=True)


def _content(request: Request) -> tuple[object, ...]:
    return request.verb, request.first, request.last, request.customer, request.email, request.workshop


def _older(folder: Path, moment: float) -> list[Path]:
    found = []
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < moment:
                found.append(path)
        except FileNotFoundError:
            continue
    return found
