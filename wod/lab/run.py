"""Starting other programs: the one place that turns their failure into a sentence."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from wod.errors import WodError

Say = Callable[[str], None]
"""Takes one line of progress."""


PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
"""Where programs are looked for; su leaves the administrator's directories out."""


def silent(_line: str) -> None:
    """Progress that nobody wants to see."""


def run(*command: str | Path, stdin: str = "", timeout: float | None = 120) -> str:
    """Run a program without a shell and return what it printed; its last words are in the error if it fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, "PATH": PATH},
        )
    except FileNotFoundError:
        raise WodError(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise WodError(f"{shown(command)} did not end within {timeout:g} s") from None
    if done.returncode:
        raise WodError(f"{shown(command)} failed: {last_lines(done.stderr or done.stdout, 3)}")
    return done.stdout


def succeeds(*command: str | Path) -> bool:
    """Whether a program ends well; what it prints is dropped."""
    try:
        run(*command)
    except WodError:
        return False
    return True


def shown(command: Sequence[str | Path]) -> str:
    """A command as people read it, without its long tail."""
    text = " ".join(str(part) for part in command)
    return text if len(text) <= 100 else text[:97] + "..."


def last_lines(text: str, count: int) -> str:
    """The last lines that say something, on one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines[-count:]) or "it said nothing"
