"""Texts encrypted as Ansible Vault does, so that its files open here and ours there: format 1.1, and 1.2 with a label.

A header line, then hexadecimal digits in lines of 80. They are the hexadecimal form of three lines, themselves in
hexadecimal: a salt, an HMAC-SHA256 over the ciphertext, and the ciphertext. PBKDF2 makes of password and salt the
cipher's key, the HMAC's key and the counter's start. Nothing of it is ours to change:
https://docs.ansible.com/ansible/latest/vault_guide/vault_using_encrypted_content.html#ansible-vault-payload-format-1-1-1-2
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from binascii import hexlify, unhexlify
from functools import lru_cache

MAGIC = "$ANSIBLE_VAULT"
CIPHER = "AES256"
VERSIONS = ("1.1", "1.2")
ITERATIONS, SALT, BLOCK = 10_000, 32, 16
KEY = 32
"""Bytes of the cipher's key, and of the HMAC's."""
WIDTH = 80
_LABEL = re.compile(r"[A-Za-z0-9_.@-]{1,64}")


class Unreadable(ValueError):
    """A text that cannot be opened; the reason is half a sentence, for behind the place where it stands."""


class WrongKey(Unreadable):
    """Another password may open it."""


def is_vault(text: str) -> bool:
    """Whether the text is encrypted, be it that its format is unknown."""
    return text.lstrip("\ufeff \t\r\n").startswith(f"{MAGIC};")


def encrypt(text: str, password: str, label: str | None = None, salt: bytes | None = None) -> str:
    """The text as a vault file, which ends in a line break; with a ``label`` (a vault id) in format 1.2."""
    if label is not None and not _LABEL.fullmatch(label):
        raise ValueError(f"{label!r} cannot be a vault's label; use letters, digits, _ . @ and -")
    salt = os.urandom(SALT) if salt is None else salt
    cipher_key, mac_key, start = _keys(password, salt)
    plain = text.encode()
    missing = BLOCK - len(plain) % BLOCK
    sealed = _counter_mode(cipher_key, start, plain + bytes([missing]) * missing)
    proof = hmac.digest(mac_key, sealed, "sha256")
    body = hexlify(b"\n".join(map(hexlify, (salt, proof, sealed)))).decode()
    head = [MAGIC, "1.1", CIPHER] if label is None else [MAGIC, "1.2", CIPHER, label]
    return "\n".join([";".join(head), *(body[at : at + WIDTH] for at in range(0, len(body), WIDTH))]) + "\n"


@lru_cache(maxsize=1024)
def decrypt(text: str, password: str) -> str:
    """What was encrypted; :class:`Unreadable` says why it cannot be known."""
    salt, proof, sealed = _parts(text)
    cipher_key, mac_key, start = _keys(password, salt)
    if not hmac.compare_digest(proof, hmac.digest(mac_key, sealed, "sha256")):
        raise WrongKey("this password does not open it, or it was changed after it was encrypted")
    padded = _counter_mode(cipher_key, start, sealed)
    missing = padded[-1] if padded else 0
    if not 1 <= missing <= BLOCK or padded[-missing:] != bytes([missing]) * missing:
        raise Unreadable("its padding is wrong; it was not written by Ansible Vault")
    try:
        return padded[:-missing].decode()
    except UnicodeDecodeError:
        raise Unreadable("what is in it is no text in UTF-8") from None


def _parts(text: str) -> tuple[bytes, bytes, bytes]:
    """Salt, proof and ciphertext. Spaces around lines are those of the YAML that the text stands in."""
    head, *lines = [line.strip() for line in text.lstrip("\ufeff").strip().splitlines()] or [""]
    fields = head.split(";")
    if fields[0] != MAGIC or len(fields) not in (3, 4):
        raise Unreadable(f"it does not begin with a line such as {MAGIC};1.1;{CIPHER}")
    if fields[1] not in VERSIONS:
        raise Unreadable(f"its format {fields[1]} is unknown, only {' and '.join(VERSIONS)} are; rekey it with Ansible")
    if fields[2] != CIPHER:
        raise Unreadable(f"its cipher {fields[2]} is unknown, only {CIPHER} is; rekey it with Ansible")
    parts = _unhex("".join(lines).encode()).split(b"\n")
    if len(parts) != 3:
        raise Unreadable("it is cut off: salt, proof and ciphertext are not all there")
    salt, proof, sealed = map(_unhex, parts)
    if len(proof) != hashlib.sha256().digest_size or not sealed or len(sealed) % BLOCK:
        raise Unreadable("it is cut off: its ciphertext is not whole")
    return salt, proof, sealed


def _unhex(text: bytes) -> bytes:
    if not re.fullmatch(rb"[0-9A-Fa-f]*", text):
        raise Unreadable("it holds something else than hexadecimal digits")
    if len(text) % 2:
        raise Unreadable("it is cut off: a hexadecimal digit is missing")
    return unhexlify(text)


@lru_cache(maxsize=256)
def _keys(password: str, salt: bytes) -> tuple[bytes, bytes, bytes]:
    """The cipher's key, the HMAC's key, the counter's start."""
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS, 2 * KEY + BLOCK)
    return made[:KEY], made[KEY : 2 * KEY], made[2 * KEY :]


def _counter_mode(key: bytes, start: bytes, text: bytes) -> bytes:
    """AES in counter mode, which is its own inverse."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # late: settings seldom need it

    worker = Cipher(algorithms.AES(key), modes.CTR(start)).encryptor()
    return worker.update(text) + worker.finalize()
