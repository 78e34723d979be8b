"""Secrets: a name until the last moment. One prints as ``<secret NAME>``; its value is asked for explicitly.

Values that nobody gave are generated on first use and kept in ``<private>/secrets/<group>.yml``.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import yaml

from wod.errors import BadInput

Kind = Literal["token", "password"]
UNAMBIGUOUS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mistakes for another one when reading them aloud."""

HEADER = "# Written by wod: secrets of the platform {group}. Keep a copy; do not commit it.\n"
TRAILER = "# end of the secrets\n"
"""The last line: without it the file was cut off."""


class Secret(str):
    """A text that prints as ``<secret NAME>`` wherever it goes; only :meth:`reveal` gives the value."""

    __slots__ = ("_reveal", "name")
    name: str
    _reveal: Callable[[], str]

    def __new__(cls, name: str, value: str | Callable[[], str]) -> Secret:
        self = super().__new__(cls, f"<secret {name}>")
        reveal = (lambda: value) if isinstance(value, str) else value
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "_reveal", reveal)
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a secret cannot be changed")

    def reveal(self) -> str:
        """The value, at the last moment: from the settings, or read from (or created in) the store."""
        return self._reveal()

    def __repr__(self) -> str:
        return str.__str__(self)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """A pickle carries the name only."""
        return (_unpickled, (self.name,))


def _unpickled(name: str) -> Secret:
    def refuse() -> str:
        raise BadInput(f"{name}: the value of a secret does not travel in a pickle; read it from the settings")

    return Secret(name, refuse)


def new_value(kind: Kind) -> str:
    """A fresh random value."""
    if kind == "token":
        return secrets.token_hex(32)
    return "".join(secrets.choice(UNAMBIGUOUS) for _ in range(24))


class SecretStore:
    """The generated secrets of one platform, in one file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get_or_create(self, name: str, kind: Kind) -> str:
        """The value of ``name``, generated and written down when this is its first use."""
        known = self.values().get(name)
        if known is not None:
            return known
        with self._in_words():
            return self._create(name, kind)

    def values(self) -> dict[str, str]:
        """All values; empty while there is no file."""
        with self._in_words():
            if not self.path.exists():
                return {}
            self._refuse_open(self.path.parent, "700")
            self._refuse_open(self.path, "600")
            return _parse(self.path)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """What the system refuses, as a sentence."""
        try:
            yield
        except OSError as error:
            raise BadInput(f"{self.path} cannot be used: {error.strerror} ({error.filename})") from None

    def _create(self, name: str, kind: Kind) -> str:
        self._make_folder()
        with self._locked():
            values = self.values()  # another process may have been first
            if name not in values:
                values[name] = new_value(kind)
                self._write(values)
            return values[name]

    def _make_folder(self) -> None:
        folder = self.path.parent
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        self._refuse_open(folder, "700")
        ignore = folder / ".gitignore"
        if not ignore.exists():  # the private folder may be a git checkout: `git add .` must not publish the secrets
            ignore.write_text("*\n")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time; a file of its own, since the store itself is replaced when written."""
        lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, values: dict[str, str]) -> None:
        """Replaced in one step: a reader, or a crash, sees the old file or the new one, never half of it."""
        body = yaml.safe_dump(values, default_flow_style=False, allow_unicode=True, default_style="'")
        descriptor, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")  # 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(HEADER.format(group=self.path.stem) + body + TRAILER)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(self.path.parent)

    def _refuse_open(self, path: Path, mode: str) -> None:
        if path.stat().st_mode & 0o077:
            raise BadInput(f"{path} can be read by others than its owner; mend it with: chmod {mode} {path}")


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _parse(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
        values = yaml.safe_load(text) if text.endswith(TRAILER) else None
    except (UnicodeDecodeError, yaml.YAMLError):
        values = None
    if not isinstance(values, dict) or not all(_good(name, value) for name, value in values.items()):
        raise BadInput(f"{path} is damaged or cut off, and is left as it is; restore it from a copy, or move it away")
    return values


def _good(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, str) and bool(value)
