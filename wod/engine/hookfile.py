"""The file of a hook that bash is given.

What a template was rendered to may hold secrets: it is in memory, in a file that only the admin account may read, as
long as the hook runs.
"""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wod.engine.hooks import TEMPLATE


@contextmanager
def runnable(script: Path, text: bytes | None, account: pwd.struct_passwd, folder: Path) -> Iterator[Path]:
    """``script`` itself, or ``text`` under its name (some hooks ask for ``$0``) in ``folder``, which exists meanwhile.

    ``folder`` lies in the engine's runtime folder, so that nothing survives a boot.
    """
    if text is None:
        yield script
        return
    _prepare(folder)
    try:
        path = folder / script.name.removesuffix(TEMPLATE)
        _write(path, text, account)
        os.chown(folder, -1, account.pw_gid)
        folder.chmod(0o710)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.chmod(0o711)  # the admin account must pass; it cannot list, and all else in it is root's alone
    shutil.rmtree(folder, ignore_errors=True)  # what an engine that was killed left
    folder.mkdir(mode=0o700)


def _write(path: Path, text: bytes, account: pwd.struct_passwd) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as target:
        target.write(text)
        os.fchown(target.fileno(), account.pw_uid, account.pw_gid)
