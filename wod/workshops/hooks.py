"""Hook scripts: what a workshop runs when it is handed out, cleaned up and reset."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wod.engine.hooks import TEMPLATE
from wod.workshops.files import text_of
from wod.workshops.findings import Finding, warning, weighed
from wod.workshops.workshop import Workshop

KINDS = ("create", "post-copy", "cleanup", "reset")
NAME = re.compile(rf"(?P<kind>{'|'.join(KINDS)})-(?P<directory>WKSHP-.+?)\.sh(\.j2)?")
"""``create-WKSHP-x.sh``; or ``create-WKSHP-x.sh.j2``, which is rendered each time it is to run."""
EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Scripts:
    """Folders with hook scripts, in the order in which they are searched."""

    folders: tuple[Path, ...]

    def find(self, name: str) -> list[Path]:
        """Where a script or its template is, the one that counts in each folder (:func:`wod.engine.hooks.find`)."""
        choices = ((folder / name, folder / (name + TEMPLATE)) for folder in self.folders)
        found = (next((path for path in paths if path.is_file()), None) for paths in choices)
        return [path for path in found if path]

    def hooks(self) -> Iterator[tuple[Path, str]]:
        """All hooks with the directory of their workshop."""
        for folder in self.folders:
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                match = NAME.fullmatch(path.name)
                if match and path.is_file():
                    yield path, match["directory"]

    def create_text(self, directory: str, but: Path | None = None) -> str:
        """The text of a workshop's create hooks, which may provide variables; what they themselves use is left out."""
        paths = (path for path in self.find(f"create-{directory}.sh") if path != but)
        return "\n".join(EXPRESSION.sub("", text_of(path) or "") for path in paths)

    def rendered(self, directory: str, compile: Iterable[str]) -> Iterator[tuple[Path, str]]:
        """A workshop's scripts that are templates, each with the text of the hooks that may provide its variables.

        What is handed out compiled is always one. Only while a seat is being made are there variables of hooks.
        """
        for kind in KINDS:
            for path in self.find(f"{kind}-{directory}.sh"):
                if path.suffix == TEMPLATE:
                    yield path, self.create_text(directory, path) if kind in ("create", "post-copy") else ""
        for name in compile:
            for path in self.find(name):
                yield path, ""


def check(workshop: Workshop, scripts: Scripts) -> Iterator[Finding]:
    """The scripts that a workshop's flags need."""
    reset = f"reset-{workshop.directory}.sh"
    if workshop.reset and not scripts.find(reset):
        told = f"reset: true needs a hook {reset} in scripts/, public or private; write it, or set reset: false"
        yield weighed(workshop.active, workshop.path, workshop.line("reset"), "missing-hook", told)
    for name in workshop.compile:
        if not scripts.find(name):
            told = f"compile names {name}, which is in no scripts/; add it, or write compile: false"
            yield weighed(workshop.active, workshop.path, workshop.line("compile"), "missing-script", told)


def check_files(scripts: Scripts, known: Collection[str] | None, only: str) -> Iterator[Finding]:
    """Hooks for no workshop of those that are ``known``, and such that cannot be run by hand; of ``only``, or all."""
    for path, directory in scripts.hooks():
        if only not in ("", directory):
            continue
        if known is not None and directory not in known:
            yield warning(path, 1, "orphan-hook", f"there is no workshop {directory}; rename the hook or remove it")
        if path.suffix == TEMPLATE:
            if path.with_suffix("").is_file():
                yield warning(path, 1, "hook-template", f"is never used, since {path.stem} is here, too; remove one")
        elif not os.access(path, os.X_OK):
            told = f"is not executable; wod runs it with bash, others may not: chmod +x {path.name}"
            yield warning(path, 1, "hook-mode", told)
