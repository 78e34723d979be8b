"""The key of a platform's secrets: whoever has it opens them, and nobody else can. It is never overwritten unasked.

It is what WOD_VAULT_KEY says, what the command in WOD_VAULT_KEY_COMMAND prints, what the file in WOD_VAULT_KEY_FILE
holds, or else what ``<user's configuration>/wod/<platform>.key`` holds, which is made on first use. Spaces and line
breaks around it do not count, as for Ansible, to which the same file serves as a password file.
"""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import platformdirs

from wod.errors import BadInput
from wod.person import person

VALUE, COMMAND, FILE = "WOD_VAULT_KEY", "WOD_VAULT_KEY_COMMAND", "WOD_VAULT_KEY_FILE"
SOURCES = (VALUE, COMMAND, FILE)
OLD = ".old"
"""Behind a key file's name: the key before the last rekeying, for what was not encrypted anew."""
_MADE = "wod: made the key of {group}'s secrets, {path}; keep a copy of it elsewhere: without it they are lost"


@dataclass(frozen=True)
class Key:
    """``origin`` is where it comes from, in words; ``path`` the file that holds it, if one does."""

    value: str = field(repr=False)
    origin: str
    path: Path | None = None


def default_path(group: str) -> Path:
    """Where the key of a platform is when nothing else is said."""
    return _configuration() / "wod" / f"{group}.key"


def _configuration() -> Path:
    """The user's; that of whoever said sudo, so that the key is the same one however a command is typed."""
    if os.environ.get("SUDO_USER") and not os.environ.get("XDG_CONFIG_HOME"):
        return person().home / ".config"
    return platformdirs.user_config_path()


def find(group: str) -> Key | None:
    """The platform's key, ``None`` while there is none; :class:`BadInput` if what names one is wrong."""
    if os.environ.get(VALUE):
        return Key(_checked(os.environ[VALUE], VALUE), VALUE)
    if os.environ.get(COMMAND):
        return Key(_checked(_printed(os.environ[COMMAND]), COMMAND), COMMAND)
    if os.environ.get(FILE):
        path = Path(os.environ[FILE]).expanduser()
        return Key(_read(path), f"{path} ({FILE})", path)
    path = default_path(group)
    return Key(_read(path), str(path), path) if path.exists() else None


def candidates(group: str) -> tuple[Key, ...]:
    """The platform's key, and the one before it where a file still has it."""
    found = find(group)
    if found is None:
        return ()
    old = found.path.with_name(found.path.name + OLD) if found.path else None
    return (found, Key(_read(old), str(old), old)) if old and old.exists() else (found,)


def find_or_make(group: str) -> Key:
    """The platform's key; a new one in its usual place when there is none, which is said once."""
    found = find(group)
    if found is not None:
        return found
    path = default_path(group)
    if _put(path, new_value(), replace=False):
        print(_MADE.format(group=group, path=path), file=sys.stderr)
    return Key(_read(path), str(path), path)


def new_value() -> str:
    return secrets.token_hex(32)


def replace(key: Key, value: str) -> None:
    """Another value in the key's file; the one that was there stays beside it. Only for a key that has a file."""
    assert key.path is not None
    _put(key.path.with_name(key.path.name + OLD), key.value, replace=True)
    _put(key.path, value, replace=True)


def read_file(path: Path) -> Key:
    """A key from a file that the operator names."""
    return Key(_read(path), str(path), path)


def _put(path: Path, value: str, *, replace: bool) -> bool:
    """0600, whole or not at all; ``False`` if it is there already and is not to be replaced."""
    try:
        made = [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(value + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.replace(temporary, path) if replace else os.link(temporary, path)
            person().owns(*made, path)
            return True
        except FileExistsError:
            return False
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(f"the key cannot be kept in {path}: {error.strerror}; name another file by {FILE}") from None


def _read(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise BadInput(f"{path} can be read by others than its owner; mend it with: chmod 600 {path}")
        return _checked(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise BadInput(f"the key's file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"the key's file {path} is not a text in UTF-8") from None


@lru_cache(maxsize=8)
def _printed(command: str) -> str:
    """What the command prints; it is run once, for it may ask the operator for something."""
    try:
        words = shlex.split(command)
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True)
    except (OSError, ValueError, IndexError) as error:
        raise BadInput(f"the command in {COMMAND} cannot be run: {error}") from None
    if done.returncode:
        raise BadInput(f"the command in {COMMAND} ended with {done.returncode}; it is to print the key and end with 0")
    return done.stdout


def _checked(text: str, origin: str) -> str:
    value = text.strip()
    if not value:
        raise BadInput(f"{origin} gives no key: it is empty")
    return value
