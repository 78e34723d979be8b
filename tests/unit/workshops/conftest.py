"""A copy of the sample workshops to break."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from wod import samples
from wod.workshops import Finding, lint


@dataclass(frozen=True)
class Copy:
    """The samples in a folder of their own."""

    public: Path
    private: Path

    def lint(self, **options) -> list[Finding]:
        return lint(self.public, self.private, **{"first": 1, "last": 20, **options})

    def change(self, file: str, old: str, new: str) -> Path:
        """Replace the first ``old`` in a file below ``public``; it must be there."""
        path = self.public / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return path


def told(findings: Sequence[Finding]) -> list[tuple[str, int, str, str]]:
    """What matters of findings: file name, line, severity, rule."""
    return [(each.path.name, each.line, each.severity, each.rule) for each in findings]


@pytest.fixture
def copy(tmp_path) -> Copy:
    public = shutil.copytree(samples.PUBLIC, tmp_path / "public")
    private = shutil.copytree(samples.PRIVATE, tmp_path / "private")
    return Copy(public, private)
