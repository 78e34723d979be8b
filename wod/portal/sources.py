"""Where the pages' sources lie: ours in this package, an operator's own in a folder that goes over them.

pages/x.html.j2     → x.html, rendered
templates/          what pages are made of; the one of ours that is replaced is still there as original/<name>
assets/             styles (*.css.j2, rendered) and scripts, served under names with a digest
img/, static/       → img/…, and what is to lie at the top of the site, as they are
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, select_autoescape

from wod.errors import BadInput

OURS = Path(__file__).parent / "source"
FOLDERS = ("pages", "templates", "assets", "img", "static")


class Sources:
    """:class:`BadInput` for an overlay that is no folder, or that has files where none of ours are looked for."""

    def __init__(self, overlay: Path | None) -> None:
        if overlay is not None:
            _check(overlay)
        self.tops = [OURS] if overlay is None else [OURS, overlay]

    def files(self, folder: str) -> dict[str, Path]:
        """``{path below the folder: file}``; what lies over is what counts."""
        return {str(path.relative_to(top / folder)): path for top in self.tops for path in _below(top / folder)}

    def environment(self) -> Environment:
        over = [FileSystemLoader([top / "templates", top]) for top in reversed(self.tops)]
        ours = PrefixLoader({"original": FileSystemLoader([OURS / "templates", OURS])})
        return Environment(
            loader=ChoiceLoader([*over, ours]),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html", "html.j2", "svg.j2"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )


def _check(overlay: Path) -> None:
    if not overlay.is_dir():
        raise BadInput(f"{overlay} is no folder; it should hold what goes over the portal's pages")
    odd = sorted(each.name for each in overlay.iterdir() if each.name not in FOLDERS and not _aside(each))
    if odd:
        raise BadInput(f"{overlay}/{odd[0]} goes over nothing: the folders of the portal are {', '.join(FOLDERS)}")


def _aside(path: Path) -> bool:
    return path.name.startswith(".") or path.suffix == ".md"


def _below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
