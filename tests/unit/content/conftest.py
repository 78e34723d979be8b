"""A cache, an upstream and a host's folder for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.content.upstream import Place, Upstream
from wod import repos
from wod.settings import Settings, load


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, and nothing remembered from another test."""
    monkeypatch.setenv("WOD_CACHE", str(tmp_path / "cache"))
    repos.forget()
    return tmp_path / "cache" / "content"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "upstream")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "host").mkdir()
    return Place(tmp_path / "host" / "wod-notebooks")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    """A host's settings, with a text as the private ``all.yml``."""
    monkeypatch.delenv("WOD_PRIVATE", raising=False)

    def loaded(text: str) -> Settings:
        folder = tmp_path / "private" / "group_vars"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "all.yml").write_text(text)
        return load(tmp_path, "lab")

    return loaded
