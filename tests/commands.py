"""Commands for hosts, looked at or run on this machine."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from pyinfra.api import StringCommand


def words(command: StringCommand) -> list[str]:
    """The argument list that the host's shell makes of a command."""
    return shlex.split(command.get_raw_value())


def stdin_of(command: StringCommand) -> str:
    """What is sent by stdin; pyinfra ends it with a line break."""
    text = command.connector_arguments.get("_stdin", "")
    return text if not text or text.endswith("\n") else f"{text}\n"


def run(command: StringCommand, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command as pyinfra would on a host: its line by a shell, its secret by stdin."""
    line = ["sh", "-c", command.get_raw_value()]
    return subprocess.run(line, input=stdin_of(command), capture_output=True, text=True, cwd=cwd, timeout=120)
