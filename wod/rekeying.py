"""Another key for all that the platform's key encrypts: the kept secrets, and what settings files hold encrypted."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from wod import vault, vaultkey
from wod.errors import BadInput
from wod.secretstore import SecretStore
from wod.settings.layers import ENDINGS, LAYOUTS
from wod.vaultkey import Key

_BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)(?P<head>\$ANSIBLE_VAULT;[^\n]*)\n(?P<body>(?:[ \t]*[0-9A-Fa-f]+[ \t]*(?:\n|\Z))+)",
    re.MULTILINE,
)


def rekeyed(text: str, old: Sequence[str], new: str) -> str:
    """``text`` with every part that an ``old`` key opens encrypted with the ``new`` one; all else stays as it is."""

    def again(match: re.Match[str]) -> str:
        label = (match["head"].strip().split(";") + [""] * 4)[3] or None
        clear = next(_opened(match[0], old), None)
        if clear is None:
            return match[0]
        lines = vault.encrypt(clear, new, label).splitlines()
        return "".join(f"{match['indent']}{line}\n" for line in lines)

    return _BLOCK.sub(again, text)


def _opened(text: str, keys: Sequence[str]) -> Iterator[str]:
    for key in keys:
        try:
            yield vault.decrypt(text, key)
        except vault.Unreadable:
            continue


def files(root: Path, private: Path, group: str) -> list[Path]:
    """The settings files of a platform that there are, those that it shares with others first."""
    folders = [root / LAYOUTS[0], *(private / layout for layout in LAYOUTS)]
    names = ("all", "wod-backend", "wod-system", group)
    paths = (folder / f"{name}{ending}" for name in names for folder in folders for ending in ENDINGS)
    return [path for path in paths if path.is_file()]


def rekey(store: SecretStore, paths: Sequence[Path], new_file: Path | None) -> Iterator[str]:
    """Do it, and tell what was done. A store in clear is only encrypted, with the key that there is.

    When it is interrupted, all is still readable, for the key before stays beside the key's file; and the next time
    that is brought to its end first, before another key takes that place.
    """
    store.values()  # refused now, if there is no key that opens it
    if store.path.exists() and not store.encrypted and new_file is None:
        store.change(lambda values: values)
        yield f"{store.path} was in clear, and is encrypted now"
        return
    now, *earlier = vaultkey.candidates(store.group) or (vaultkey.find_or_make(store.group),)
    new = _new_key(now, new_file)
    if earlier:
        list(_encrypt(store, paths, earlier, now))
    if now.path:
        vaultkey.replace(now, new.value)
    yield from _encrypt(store, paths, [now], new)
    yield _ending(now)


def _encrypt(store: SecretStore, paths: Iterable[Path], old: Iterable[Key], new: Key) -> Iterator[str]:
    """With the ``new`` key, all that is encrypted with an ``old`` one."""
    if store.path.exists():
        store.change(lambda values: values, new)
        yield f"{store.path} is encrypted with the new key"
    for path in paths:
        if _rewrite(path, [key.value for key in old], new.value):
            yield f"{path}: what the old key encrypted is encrypted with the new one"


def _new_key(old: Key, new_file: Path | None) -> Key:
    if new_file is not None:
        new = vaultkey.read_file(new_file)
        if new.value == old.value:
            raise BadInput(f"{new_file} holds the key that is in use; make another one")
        return new
    if old.path is None:
        raise BadInput(f"the key comes from {old.origin}; give the new one in a file: --new-key-file FILE")
    return Key(vaultkey.new_value(), str(old.path), old.path)


def _ending(old: Key) -> str:
    if old.path is None:
        return f"now let {old.origin} give the new key; until then nothing can be opened"
    return f"the new key is in {old.path}; keep a copy of it; the one before is in {old.path}{vaultkey.OLD}"


def _rewrite(path: Path, old: Sequence[str], new: str) -> bool:
    """Whether something in the file was encrypted anew; it keeps its mode, and is replaced in one step."""
    before = path.read_text(encoding="utf-8")
    after = rekeyed(before, old, new)
    if after == before:
        return False
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(after)
        os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    return True
