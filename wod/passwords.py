"""Students' passwords: made up here, hashed here, sent to a host as a hash on stdin."""

from __future__ import annotations

import secrets

from passlib.hash import sha512_crypt

from wod.secrets import UNAMBIGUOUS

LENGTH = 12


def new_password() -> str:
    """Twelve letters and digits that nobody mistakes for one another (about 70 bits)."""
    return "".join(secrets.choice(UNAMBIGUOUS) for _ in range(LENGTH))


def hashed(password: str) -> str:
    """The password as crypt(5) keeps it in shadow(5): SHA-512, which every supported distribution understands."""
    return sha512_crypt.using(rounds=5000).hash(password)
