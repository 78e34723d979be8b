"""Where workshops lie: directories of a public repository, and of a private one that goes over it.

A public repository has ``WKSHP-<name>/`` and ``scripts/``; a private one ``notebooks/WKSHP-<name>/``, ``scripts/`` and
``skel/``. Either layout is understood for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from wod.errors import BadInput
from wod.workshops import wodyml
from wod.workshops.workshop import Workshop, workshop_of

FILE = "wod.yml"


@dataclass(frozen=True)
class Folder:
    """A workshop's directory in one of the repositories."""

    path: Path
    private: bool = False

    @property
    def wodyml(self) -> Path:
        return self.path / FILE


@dataclass(frozen=True)
class Entry:
    """A workshop's directories, the public one first. The last ``wod.yml`` describes it."""

    directory: str
    folders: tuple[Folder, ...]

    @cached_property
    def files(self) -> tuple[wodyml.WodYml, ...]:
        return tuple(wodyml.read(folder.wodyml) for folder in self.folders if folder.wodyml.is_file())

    @cached_property
    def workshop(self) -> Workshop | None:
        return workshop_of(self.files[-1], self.directory) if self.files else None

    @property
    def active(self) -> bool:
        """Whether it is offered; what does not plainly say ``active: false`` may be."""
        says = self.files[-1].values.get("active") if self.files else None
        return bool(self.files) and not (says and str(says.content).strip().lower() == "false")


def entries(public: Path, private: Path | None = None) -> list[Entry]:
    """All workshops by directory name. :class:`BadInput` when a repository is no directory or there is no workshop."""
    found: dict[str, tuple[Folder, ...]] = {}
    for root, is_private in ((public, False), (private, True)):
        for path in _folders(root):
            found[path.name] = (*found.get(path.name, ()), Folder(path, is_private))
    if not found:
        raise BadInput(f"{public}: there is no workshop here; one is a directory WKSHP-<name> with a {FILE} in it")
    return [Entry(name, found[name]) for name in sorted(found)]


def read_all(public: Path, private: Path | None = None) -> list[Workshop]:
    """The catalogue: every directory with a ``wod.yml``, the private one instead of the public one of the same name."""
    return [entry.workshop for entry in entries(public, private) if entry.workshop]


def script_folders(public: Path, private: Path | None, further: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Where hooks are looked for, public ones first."""
    roots = [each for each in (public, private) if each]
    return (*(root / "scripts" for root in roots[:1]), *further, *(root / "scripts" for root in roots[1:]))


def repository_of(path: Path) -> tuple[Path, str]:
    """``(repository, "")``, or for a single workshop's directory ``(its repository, its name)``."""
    path = path.resolve() if path.name in ("", ".", "..") else path
    if not path.is_dir():
        raise BadInput(f"{path}: there is no such directory; name a content repository or a workshop's directory")
    if not ((path / FILE).is_file() or path.name.startswith("WKSHP-")):
        return path, ""
    return path.parent.parent if path.parent.name == "notebooks" else path.parent, path.name


def _folders(root: Path | None) -> Iterator[Path]:
    if root is None:
        return
    if not root.is_dir():
        raise BadInput(f"{root}: there is no such directory; name a content repository")
    base = root / "notebooks" if (root / "notebooks").is_dir() else root
    for path in sorted(base.iterdir()):
        if path.is_dir() and (path.name.startswith("WKSHP-") or (path / FILE).is_file()):
            yield path
