"""Student accounts of this host: looked up by name, given passwords as hashes that travel on standard input only."""

from __future__ import annotations

import pwd
import secrets
import subprocess
import threading
from dataclasses import dataclass
from typing import Protocol

from wod.engine.errors import TryLater

ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mistakes for one another."""
LENGTH = 12
FIRST_UID = 1000
"""Below are the system's own accounts; no order ever touches one of them."""


@dataclass(frozen=True)
class Account:
    """What writing into a home needs to know: ``uid`` and ``gid`` are numbers, so no name is looked up later."""

    name: str
    uid: int
    gid: int


class Accounts(Protocol):
    """The account database: the host's in :class:`HostAccounts`, a dict in a test."""

    def find(self, name: str) -> Account | None: ...

    def set_password(self, name: str, password: str) -> None: ...


def new_password() -> str:
    """Twelve letters and digits (about 70 bits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def _fed(command: list[str], text: str) -> str:
    """What a program prints when it is given ``text`` on standard input; :class:`TryLater` with its complaint."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise TryLater(f"{command[0]} failed: {done.stderr.strip() or done.returncode}")
    return done.stdout.strip()


def hashed(password: str) -> str:
    """As shadow(5) keeps it: SHA-512, which all distributions understand (the module ``crypt`` left Python in 3.13)."""
    return _fed(["openssl", "passwd", "-6", "-stdin"], password + "\n")


class HostAccounts:
    """The accounts of this host. ``chpasswd`` fails at once when another one holds its lock, so they queue up here."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def find(self, name: str) -> Account | None:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            return None
        return Account(name, found.pw_uid, found.pw_gid)

    def set_password(self, name: str, password: str) -> None:
        line = f"{name}:{hashed(password)}\n"
        with self._lock:
            _fed(["chpasswd", "-e"], line)
