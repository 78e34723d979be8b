"""A private folder of the test's own, with the real repository around it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wod.cli import wod
from wod.errors import WodError

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Folder:
    """The folder, and the commands of ``wod`` as they are typed in the repository."""

    path: Path

    def write(self, name: str, text: str = "") -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(wod, words)

    def check(self, *options: str, code: int = 0) -> dict[str, Any]:
        """What ``wod private check --json`` says, with the paths below the folder."""
        done = self.run("private", "check", "--json", *options)
        assert done.exit_code == code, done.output
        return json.loads(done.output.replace(f"{self.path}/", ""))

    def rows(self, *options: str, code: int = 0) -> list[tuple[str, ...]]:
        """``(kind, name, effect, platform, file)``."""
        return [tuple(each.values()) for each in self.check(*options, code=code)["overrides"]]

    def problems(self) -> list[str]:
        found = self.check(code=2)["problems"]
        return [f"{each['place']}: {each['message']}".removeprefix(": ") for each in found]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    path = tmp_path / "ours"
    path.mkdir()
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("WOD_PRIVATE", str(path))
    monkeypatch.setenv("WOD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Folder(path)


@pytest.fixture
def refusal(folder: Folder) -> Callable[..., str]:
    """The sentence with which a command is refused (exit code 2)."""

    def refused(*words: str) -> str:
        done = folder.run(*words)
        assert isinstance(done.exception, WodError), done.output
        assert done.exception.exit_code == 2
        return str(done.exception).replace(f"{folder.path}/", "")

    return refused
