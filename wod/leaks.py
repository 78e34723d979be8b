"""Where a site's secrets stand in clear on the control node: files, what git remembers, logs. Nothing is changed."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wod.fleet.diffs import SHORTEST_SECRET
from wod.previous import KEPT
from wod.secrets import gather
from wod.secretstore import SecretStore
from wod.settings import Settings
from wod.settings.schema import SETTINGS

LARGEST = 4 * 1024 * 1024
"""Bytes of a file, or of a version of one, that is looked into."""
LOGS = ("artifacts", "pyinfra-debug.log")
"""What git ignores in a checkout, and a run leaves there."""


@dataclass(frozen=True, order=True)
class Leak:
    """A secret's name, and where its value was seen."""

    place: str
    name: str

    def __str__(self) -> str:
        return f"{self.place}: {self.name} in clear"


class Needles:
    """What is looked for; ``short`` are names of values that would be found everywhere."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = {name: value for name, value in values.items() if len(value) >= SHORTEST_SECRET}
        self.short = sorted(values.keys() - self.values.keys())
        found = sorted({value.encode() for value in self.values.values()}, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, found)) or b"(?!)")

    def names_in(self, content: bytes) -> list[str]:
        """The secrets whose values are in ``content``."""
        hits = {match.decode() for match in self._pattern.findall(content)}
        return [name for name, value in sorted(self.values.items()) if value in hits]


def known(several: Iterable[Settings], store: SecretStore) -> dict[str, str]:
    """``{name: value}`` of all secrets that have a value; none is generated for this."""
    found: dict[str, str] = {}
    kept = store.values()
    for settings in several:
        unmade = {name for name in SETTINGS if SETTINGS[name].generated and settings.origin(name).layer == "default"}
        plain = {name: value for name, value in settings.as_data().items() if name not in unmade - kept.keys()}
        gather(plain, found)
    found |= kept
    return found | {
        f"{name}BEFORE": found[f"{name}BEFORE"].partition(" until ")[0] for name in KEPT if f"{name}BEFORE" in found
    }


def in_files(paths: Iterable[Path], needles: Needles) -> Iterator[Leak]:
    """With the line of each value's first place."""
    for path in paths:
        try:
            if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
                continue
            content = path.read_bytes()
        except OSError:
            continue  # not ours to read
        for name in needles.names_in(content):
            line = content[: content.index(needles.values[name].encode())].count(b"\n") + 1
            yield Leak(f"{path}:{line}", name)


def files_of(folder: Path) -> list[Path]:
    """What git has or would take, and what runs leave; all files where there is no git."""
    if not (folder / ".git").exists():
        return below(folder)
    listed = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split(b"\0")
    return [folder / os.fsdecode(name) for name in listed if name] + [
        path for name in LOGS for path in below(folder / name)
    ]


def below(path: Path) -> list[Path]:
    """All files in a folder, or the file that it is."""
    if path.is_file():
        return [path]
    found = (Path(top) / name for top, folders, names in os.walk(path) for name in _outside_git(folders, names))
    return sorted(found)


def _outside_git(folders: list[str], names: Sequence[str]) -> Sequence[str]:
    if ".git" in folders:
        folders.remove(".git")
    return names


def in_history(folder: Path, needles: Needles) -> Iterator[Leak]:
    """Every version of every file that git still has, committed or not, each looked into once."""
    for version, content in _versions(folder):
        for name in needles.names_in(content):
            yield Leak(f"{folder} in git, {_told(folder, version)}", name)


def _versions(folder: Path) -> Iterator[tuple[str, bytes]]:
    words = ["git", "-C", str(folder), "cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        while head := process.stdout.readline():
            version, kind, size = head.decode().split()
            content = process.stdout.read(int(size) + 1)
            if kind == "blob" and len(content) <= LARGEST:
                yield version, content


def _told(folder: Path, version: str) -> str:
    """The commit that brought it, and the file's name then."""
    said = _git(folder, "log", "--all", "--reverse", f"--find-object={version}", "--format=%h", "--name-only").decode()
    lines = [line for line in said.splitlines() if line]
    return f"commit {lines[0]}, {lines[1]}" if len(lines) > 1 else f"in no commit any more, blob {version[:12]}"


def _git(folder: Path, *words: str) -> bytes:
    return subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False).stdout
