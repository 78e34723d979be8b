"""What an installation says: on the terminal, and with all details in a log that only its owner can read."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

_OPERATION = re.compile(r"Starting operation: (?:(.*?) \| )?(.*)")


class Journal:
    """Phases and lines for the person; everything for the log, which grows from run to run."""

    def __init__(self, path: Path, console: Console, phases: int) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.fchmod(descriptor, 0o600)
        self.path, self._console = path, console
        self._file = os.fdopen(descriptor, "w", buffering=1, encoding="utf-8", errors="replace")
        self._phases, self._phase = phases, 0

    def phase(self, title: str) -> None:
        self._phase += 1
        self.say(f"[{self._phase}/{self._phases}] {title}", style="bold")

    def say(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
        self.note(text)

    def note(self, text: str) -> None:
        """For the log alone."""
        stamp = time.strftime("%Y-%m-%d %H:%M:%S")
        self._file.writelines(f"{stamp} {line}\n" for line in text.splitlines() or [""])

    def close(self) -> None:
        self._file.close()


class Follower:
    """Copies what roll-outs write into their hosts' logs, and says which module each has come to."""

    def __init__(self, journal: Journal, logs: Iterable[tuple[str, Path]]) -> None:
        self._journal, self._logs = journal, list(logs)
        self._read = {host: 0 for host, _ in self._logs}
        self._module: dict[str, str] = {}

    def look(self) -> None:
        """What is new since the last time; a line that is not whole yet waits."""
        for host, path in self._logs:
            if path.exists():
                with path.open("rb") as file:
                    file.seek(self._read[host])
                    text, end, _ = file.read().rpartition(b"\n")
                self._read[host] += len(text) + len(end)
                for line in text.decode("utf-8", "replace").splitlines():
                    self._line(host, line)

    def _line(self, host: str, line: str) -> None:
        self._journal.note(f"{host}: {line}")
        found = _OPERATION.search(line)
        if found and found[1] and found[1] != self._module.get(host):
            self._module[host] = found[1]
            self._journal.say(f"    {host:20} {found[1]}")
