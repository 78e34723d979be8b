"""A machine of one's own within this one, for programs that make accounts: its own /etc, /run and processes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from pyinfra.api import StringCommand

from tests.commands import stdin_of

ETC = "passwd group shadow gshadow login.defs nsswitch.conf ld.so.cache default skel alternatives"
TOOLS = "unshare systemd-sysusers usermod groupmod userdel setfacl pkill flock"


class Machine:
    """Commands run in it see and change its accounts only; files below ``folder`` are shared with the test."""

    def __init__(self, folder: Path) -> None:
        self.etc, self.run_folder, self.folder = folder / "etc", folder / "run", folder
        for path in (self.etc, self.run_folder):
            path.mkdir()
        for name in ETC.split():
            subprocess.run(["cp", "-a", f"/etc/{name}", self.etc], check=False, capture_output=True)
        self.folder.chmod(0o755)

    def run(self, command: StringCommand | str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        line = command if isinstance(command, str) else command.get_raw_value()
        given = stdin if isinstance(command, str) else stdin_of(command)
        return subprocess.run(self.inside(line), input=given, capture_output=True, text=True, timeout=300)

    def inside(self, line: str) -> list[str]:
        """The argument list that runs a command in it; its processes all end with it."""
        mounts = f"mount --bind {self.etc} /etc; mount --bind {self.run_folder} /run"
        script = f'{mounts}; exec sh -c "$1"'
        return ["unshare", "-m", "-p", "-f", "--kill-child", "--mount-proc", "sh", "-euc", script, "machine", line]


def why_impossible() -> str:
    """Why there can be no such machine here, or nothing."""
    if os.geteuid() != 0:
        return "making accounts for a test needs root"
    lacking = [tool for tool in TOOLS.split() if shutil.which(tool) is None]
    if lacking:
        return f"making accounts for a test needs {', '.join(lacking)}"
    if subprocess.run(["unshare", "-m", "-p", "-f", "true"], capture_output=True).returncode != 0:
        return "making accounts for a test needs unshare(1), which is not permitted here"
    return ""


def skip_where_impossible() -> None:
    """Skip the test, with the reason, where there can be no such machine."""
    reason = why_impossible()
    if reason:
        pytest.skip(reason)
