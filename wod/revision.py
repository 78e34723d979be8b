"""Which revision of wod this is."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

from wod import __version__

ROOT = Path(__file__).resolve().parent.parent


@cache
def revision() -> str:
    """``0.1.0+g1a2b3c4``, ``.dirty`` behind it when files were changed since; the version alone outside a checkout."""
    described = _git("rev-parse", "--short=12", "HEAD")
    if not described:
        return __version__
    dirty = ".dirty" if _git("status", "--porcelain", "--untracked-files=no") else ""
    return f"{__version__}+g{described}{dirty}"


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            # The nightly timer is root's, the checkout its operator's: git would not tell the one of the other's.
            ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), *arguments],
            capture_output=True,
            text=True,
            timeout=10,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
