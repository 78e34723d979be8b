"""Which platforms a private folder is for."""

from __future__ import annotations

from pathlib import Path

from wod.settings.layers import COMMON, LAYOUTS

INVENTORIES = "inventories"


def own(private: Path) -> tuple[str, ...]:
    """The platforms that have settings or an inventory in the folder."""
    settings = {path.name for layout in LAYOUTS for path in _files(private / layout)}
    inventories = {path.stem for path in _files(private / INVENTORIES) if path.suffix == ".py"}
    return tuple(sorted({_bare(name) for name in settings} - {*map(_bare, COMMON)} | inventories))


def known(root: Path, private: Path) -> tuple[str, ...]:
    """Those, and the platforms of the repository."""
    return tuple(sorted({*own(private), *own(root)}))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.is_file() and path.suffix in ("", ".yml", ".yaml", ".py")]


def _bare(name: str) -> str:
    return name.removesuffix(".yml").removesuffix(".yaml")
