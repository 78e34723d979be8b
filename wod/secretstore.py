"""The secrets of a platform that wod keeps itself: one file, encrypted, which may be committed.

It has Ansible Vault's format, so that ``ansible-vault view`` shows it, too. In it are lines of ``NAME: value``. A file
of an earlier release, in clear, is read, and encrypted the next time that something is written.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import yaml

from wod import vault, vaultkey
from wod.errors import BadInput
from wod.secrets import Kind, new_value
from wod.vaultkey import Key

HEADER = "# Secrets of the platform {group}, kept by wod; see `wod secrets --help`.\n"
TRAILER = "# end of the secrets\n"
"""The last line of a file in clear: without it the file was cut off."""
IGNORE = "# Written by wod: of this folder only what is encrypted may be committed.\n"
EARLIER = "*\n"
"""What an earlier release wrote into ``.gitignore``."""


class SecretStore:
    """The kept secrets of one platform, in one file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self.path, self.group = path, path.stem

    def get_or_create(self, name: str, kind: Kind) -> str:
        """The value of ``name``, generated and written down when this is its first use."""
        known = self.values().get(name)
        return known or self.change(lambda values: {name: new_value(kind)} | values)[name]

    def values(self) -> dict[str, str]:
        """All values; empty while there is no file."""
        with self._in_words():
            if not self.path.exists():
                return {}
            self._refuse_open(self.path.parent, "700")
            self._refuse_open(self.path, "600")
            status = self.path.stat()
            keys = vaultkey.candidates(self.group) if self.encrypted else ()
            return dict(_opened(self.path, keys, status.st_mtime_ns, status.st_size, status.st_ino))

    @property
    def encrypted(self) -> bool:
        """Whether there is a file, and it is encrypted."""
        with self._in_words():
            return self.path.exists() and vault.is_vault(self.path.read_text(encoding="utf-8", errors="replace"))

    def change(self, function: Callable[[dict[str, str]], Mapping[str, str]], key: Key | None = None) -> dict[str, str]:
        """Replace the values by what ``function`` makes of them, or encrypt them with another ``key``.

        One process at a time: ``function`` sees what is there then. What is not different is not written.
        """
        with self._in_words():
            self._make_folder()
            with self._locked():
                before = self.values()
                after = dict(function(dict(before)))
                if after != before or key is not None or not self.encrypted:
                    self._write(after, key or vaultkey.find_or_make(self.group))
                return after

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """What the system refuses, as a sentence."""
        try:
            yield
        except OSError as error:
            raise BadInput(f"{self.path} cannot be used: {error.strerror} ({error.filename})") from None

    def _make_folder(self) -> None:
        folder = self.path.parent
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        self._refuse_open(folder, "700")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time; a file of its own, since the store itself is replaced when written."""
        lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, values: Mapping[str, str], key: Key) -> None:
        """Replaced in one step: a reader, or a crash, sees the old file or the new one, never half of it."""
        text = vault.encrypt(HEADER.format(group=self.group) + listing(values), key.value)
        descriptor, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")  # 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(self.path.parent)
        _ignore_what_is_clear(self.path.parent)

    def _refuse_open(self, path: Path, mode: str) -> None:
        if path.stat().st_mode & 0o077:
            raise BadInput(f"{path} can be read by others than its owner; mend it with: chmod {mode} {path}")


def listing(values: Mapping[str, str]) -> str:
    """One ``NAME: 'value'`` per line."""
    return (
        yaml.safe_dump(dict(values), allow_unicode=True, default_flow_style=False, default_style="'") if values else ""
    )


def parsed(text: str) -> dict[str, str]:
    """The reverse of :func:`listing`; :class:`ValueError` for what is no such list."""
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"line {mark.line + 1} is not YAML" if mark else "it is not YAML") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ValueError("it must hold one `NAME: value` per line")
    for name, value in values.items():
        if not isinstance(name, str) or not isinstance(value, str) or not value:
            raise ValueError(f"{name} must be a text, in quotes, and not empty")
    return values


@lru_cache(maxsize=8)
def _opened(path: Path, keys: tuple[Key, ...], *_version: int) -> Mapping[str, str]:
    """What is in the file; decrypted once per process for as long as it does not change."""
    try:
        text = path.read_text(encoding="utf-8")
        clear = _decrypted(path, text, keys) if vault.is_vault(text) else _whole(text)
        return parsed(clear)
    except ValueError:
        raise BadInput(
            f"{path} is damaged or cut off, and is left as it is; restore it from a copy, or move it away"
        ) from None


def _whole(text: str) -> str:
    if not text.endswith(TRAILER):
        raise ValueError("cut off")
    return text


def _decrypted(path: Path, text: str, keys: tuple[Key, ...]) -> str:
    if not keys:
        raise BadInput(
            f"{path} is encrypted, and its key is not here; put the key into {vaultkey.default_path(path.stem)} "
            f"(mode 0600), or name its file in {vaultkey.FILE}"
        )
    for key in keys:
        try:
            return vault.decrypt(text, key.value)
        except vault.WrongKey:
            continue
        except vault.Unreadable as error:
            raise BadInput(
                f"{path} is damaged or cut off, and is left as it is; restore it from a copy: {error}"
            ) from None
    first = f"the key from {keys[0].origin}"
    raise BadInput(f"{path} is left as it is: {first} does not open it, or it was changed after it was encrypted")


def _ignore_what_is_clear(folder: Path) -> None:
    """The private folder may be a git checkout: ``git add .`` must not publish what is not encrypted."""
    ignore = folder / ".gitignore"
    there = ignore.read_text() if ignore.exists() else EARLIER
    if there != EARLIER and not there.startswith(IGNORE):
        return  # the operator's own
    sealed = sorted(path.name for path in folder.glob("*.yml") if vault.is_vault(path.read_text(errors="replace")))
    text = IGNORE + "".join(f"{line}\n" for line in ("*", "!.gitignore", *(f"!/{name}" for name in sealed)))
    if there != text:
        ignore.write_text(text)


def _sync_folder(path: Path) -> None:
    """Make the rename itself durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
