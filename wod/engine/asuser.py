"""Programs run with a student's rights: whatever a student planted in the home, root never writes through it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import Any

from wod.engine.accounts import FIRST_UID, Account
from wod.engine.errors import Impossible, TryLater

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
"""All that such a program is told: nothing of the engine's environment."""


def popen_as(account: Account, command: Sequence[str], cwd: str = "/", **options: Any) -> subprocess.Popen[bytes]:
    """Start ``command`` with the student's uid and gid, no further groups, and in a session of its own."""
    if account.uid < FIRST_UID or account.gid < FIRST_UID:
        raise Impossible(f"{account.name} has the uid {account.uid} and gid {account.gid}, which are not a student's")
    return subprocess.Popen(
        list(command),
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd=cwd,
        env={**ENVIRONMENT, "USER": account.name, "LOGNAME": account.name},
        umask=0o022,
        start_new_session=True,
        **options,
    )


def finish(process: subprocess.Popen[bytes], name: str, *, timeout: float) -> None:
    """Wait for a program whose standard error is a pipe."""
    try:
        _, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise TryLater(f"{name} took longer than {timeout:.0f} s") from error
    if process.returncode != 0:
        raise TryLater(f"{name} failed: {_first_line(errors) or process.returncode}")


def _first_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[0].strip()[:300] if lines else ""
