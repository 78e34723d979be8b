"""Where things lie in the private folder, and a digest of those that no setting and no content repository tells of.

templates/<module>/<file>   goes over ours; templates/<platform>/<module>/<file> over both, on one platform
deploys/<module>.py         steps before and after a module; deploys/<platform>/<module>.py more of them
skel/                       goes over the skeleton of homes
portal/                     goes over the portal's pages
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wod.revision import ROOT
from wod.settings import Settings

NONE = "none"
"""The digest of a folder in which there is nothing of all this."""
LEFT_OUT = {"__pycache__", ".git", ".gitkeep"}


@cache
def modules() -> tuple[str, ...]:
    """The names of all modules; the package that has them is not imported for it."""
    found = (path.stem for path in (ROOT / "deploys" / "modules").glob("*.py"))
    return tuple(sorted(name for name in found if not name.startswith("_")))


@dataclass(frozen=True)
class Private:
    """A private folder as one platform (``group``) sees it; neither it nor anything in it need be there."""

    path: Path
    group: str

    @classmethod
    def of(cls, settings: Settings) -> Private:
        """The one that these settings were read from."""
        assert settings.private is not None, "these settings were not loaded"
        return cls(settings.private, settings.group)

    @property
    def templates(self) -> tuple[Path, ...]:
        """The folders that go over ours, the platform's first."""
        return (self.path / "templates" / self.group, self.path / "templates")

    def template_files(self) -> Iterator[tuple[str, Path]]:
        """``(<module>/<file>, path)`` of what goes over ours on this platform, the shared ones first."""
        own, shared = self.templates
        for module in modules():
            yield from ((f"{module}/{name}", path) for name, path in below(shared / module).items())
        yield from below(own).items()

    def steps(self, module: str) -> tuple[Path, ...]:
        """The files with steps around a module, in the order in which they are run."""
        folder = self.path / "deploys"
        paths = (folder / f"{module}.py", folder / self.group / f"{module}.py")
        return tuple(path for path in paths if path.is_file())

    @property
    def skeleton(self) -> dict[str, Path]:
        """``{path below a home: file}``."""
        return below(self.path / "skel", hidden=True)

    def digest(self) -> str:
        """The same for the same files of those that this platform's hosts are made from."""
        lines = [_line(path, path.relative_to(self.path)) for path in sorted(set(self._counting()))]
        return hashlib.sha256("".join(lines).encode()).hexdigest() if lines else NONE

    def _counting(self) -> Iterator[Path]:
        yield from (path for _, path in self.template_files())
        yield from (path for module in modules() for path in self.steps(module))
        yield from self.skeleton.values()
        yield from below(self.path / "portal").values()


def below(top: Path, hidden: bool = False) -> dict[str, Path]:
    """``{path below the folder: regular file}``, sorted; without notes (``*.md``), and without what is hidden."""
    found = {}
    for path in sorted(top.rglob("*")):
        name = path.relative_to(top)
        shown = hidden or not (path.suffix == ".md" or any(part.startswith(".") for part in name.parts))
        if shown and path.is_file() and not path.is_symlink() and not LEFT_OUT & set(name.parts):
            found[name.as_posix()] = path
    return found


def _line(path: Path, name: Path) -> str:
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name}\0{path.stat().st_mode & 0o100:o}\0{content}\n"
