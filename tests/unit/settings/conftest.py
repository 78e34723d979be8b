"""A site in a temporary folder: files are written, settings are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from wod.errors import ProblemsFound
from wod.settings import Settings, load


@dataclass
class Files:
    """A repository with ``group_vars/`` and a private folder."""

    root: Path

    @property
    def private(self) -> Path:
        return self.root / "private"

    def public(self, name: str, text: str) -> Path:
        return self.write(self.root / "group_vars" / name, text)

    def own(self, name: str, text: str, layout: str = "group_vars") -> Path:
        return self.write(self.private / layout / name, text)

    def write(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def load(self, group: str = "lab", **given: Any) -> Settings:
        return load(self.root, group, **given)

    def problems(self, group: str = "lab", **given: Any) -> list[str]:
        """What loading complains of; nothing may have been touched."""
        before = self.snapshot()
        with pytest.raises(ProblemsFound) as caught:
            self.load(group, **given)
        assert self.snapshot() == before
        assert caught.value.exit_code == 2
        return [str(problem) for problem in caught.value.problems]

    def snapshot(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
def files(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.delenv("WOD_PRIVATE", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))  # no platform has a key yet
    (tmp_path / "group_vars").mkdir()
    return Files(tmp_path)
