"""A copy of this repository as a git repository of its own, whose commits tests can make and go back to."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PARTS = ("wod", "deploys", "templates", "group_vars", "inventories", "pyproject.toml", ".gitignore")
"""What a roll-out is made of."""
WHO = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{who}_NAME": "Ann" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "ann@example.org" for who in ("AUTHOR", "COMMITTER")},
}


class Scratch:
    """A git repository at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.path), *words], env={**os.environ, **WHO}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, files: dict[str, str] | None = None, message: str = "Change") -> str:
        """Write files and commit all there is; the new commit."""
        for name, text in (files or {}).items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def append(self, name: str, text: str) -> str:
        return self.commit({name: (self.path / name).read_text() + text})


def copied(path: Path) -> Scratch:
    """This repository as it is in the working tree, in one commit."""
    scratch = Scratch(path)
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for part in PARTS:
        source = REPOSITORY / part
        if source.is_dir():
            shutil.copytree(source, path / part, ignore=unwanted)
        else:
            shutil.copy(source, path / part)
    scratch.commit(message="Begin")
    return scratch
