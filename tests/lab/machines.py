"""The lab's hosts as four people sit at them: each has a copy of wod in its home, and types ./install.sh there."""

from __future__ import annotations

import io
import subprocess
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.lab.addresses import ADDRESS
from tests.lab.site import REPOSITORY, Run
from wod import lab
from wod.lab.places import places
from wod.lab.waiting import ssh_command

HOME = "/home/install"
HERE = f"{HOME}/wod"
"""Where each machine has its copy."""


@dataclass(frozen=True)
class Machine:
    """One of them, by the lab's name for it."""

    name: str

    @property
    def address(self) -> str:
        return ADDRESS[self.name]

    def start(self, command: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """A command of the account install, in its home."""
        placed = next(each for each in lab.hosts() if each.name == self.name)
        words = [*ssh_command(places(), placed), f"cd {HOME}; {command}"]
        return subprocess.Popen(words, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, command: str, given: bytes = b"", patience: float = 900) -> Run:
        begin = time.monotonic()
        process = self.start(command, subprocess.PIPE)
        output, _ = process.communicate(given, timeout=patience)
        return Run(process.returncode, output.decode(errors="replace"), time.monotonic() - begin)

    def said(self, command: str, given: bytes = b"") -> str:
        done = self.run(command, given)
        assert done.code == 0, f"{self.name}: {command}\n{done.output}"
        return done.output

    def give(self, archive: bytes, folder: str) -> None:
        """Unpack a tar archive into a folder of its own account."""
        self.said(f"mkdir -p {folder} && tar -xz --no-same-owner -C {folder} -f -", archive)

    def take(self, folder: str) -> bytes:
        """A folder as such an archive."""
        process = self.start(f"sudo tar -cz -C {folder} -f - .")
        archive, _ = process.communicate(timeout=60)
        assert process.returncode == 0, archive
        return archive


def packed(*paths: tuple[Path, str]) -> bytes:
    """``(file or folder, name in the archive)`` as a tar archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, name in paths:
            archive.add(path, name)
    return buffer.getvalue()


def copy_of_wod() -> bytes:
    """What `git clone` brings, changes that are not committed included."""
    words = ["git", "-C", str(REPOSITORY), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(words, capture_output=True, check=True).stdout.decode().split("\0")
    kept = [name for name in names if name and not name.startswith(("tests/", "docs/", "benchmarks/"))]
    return packed(*((REPOSITORY / name, name) for name in kept if (REPOSITORY / name).exists()))
