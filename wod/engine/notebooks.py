"""A workshop on its way into a student's home (contract section 12): what is copied, rendered and added."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from wod.engine.config import Worker
from wod.engine.delivery import Entry, read_regular, shared, walk
from wod.engine.errors import Impossible
from wod.engine.render import Renderer

PRIVATE_GLOBS = ("*.ipynb", "*.yaml", "*.py", "*.sh", "*.src", "Variables.ps1")
PUBLIC_GLOBS = (*PRIVATE_GLOBS, "*.tf", "*.env")
NEVER_COPIED = ("*-checkpoint.ipynb",)
README = "0-ReadMeFirst.ipynb"
PDF = "wod-generate-pdf.sh"
WORKSPACE = ".jupyter/lab/workspaces/default-37a8.jupyterlab-workspace"
"""JupyterLab's name for the workspace `default`: the word, and the end of its hash."""


def _matches(name: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def _name(entry: Entry) -> str:
    return entry.path.rpartition("/")[2]


def owned(entry: Entry) -> Entry:
    """As the student and the admin account may use it: ``u+rwx``, and the admin's entry in the ACL not masked."""
    return Entry(entry.path, shared(entry.mode | 0o700), entry.content)


def workspace(notebook: str) -> bytes:
    """JupyterLab opens with the workshop's first page, and its folder in the file browser."""
    page = f"notebook:{notebook}/{README}"
    dock = {"type": "tab-area", "currentIndex": 0, "widgets": [page]}
    data = {
        "layout-restorer:data": {
            "main": {"dock": dock, "current": page},
            "left": {"collapsed": False, "current": "filebrowser", "widgets": ["filebrowser"]},
            "right": {"collapsed": True, "widgets": []},
        },
        "file-browser-filebrowser:cwd": {"path": notebook},
        page: {"data": {"path": f"{notebook}/{README}", "factory": "Notebook"}},
    }
    return json.dumps({"data": data, "metadata": {"id": "/lab"}}).encode()


class Workshop:
    """The two folders of one workshop; either may be missing, not both."""

    def __init__(self, config: Worker, notebook: str) -> None:
        self.notebook = notebook
        self._config = config
        self._public = self._folder(config.public_workshops)
        self._private = self._folder(config.private_workshops)
        if not self._public and not self._private:
            raise Impossible(f"{notebook} is in none of the content repositories of this backend")

    def _folder(self, workshops: str) -> Path | None:
        folder = Path(workshops) / self.notebook
        return folder if workshops and folder.is_dir() else None

    def _copied(self) -> Iterator[Entry]:
        """The public folder; the private one only where there is no public one."""
        folder = self._public or self._private
        assert folder is not None
        for entry in walk(folder, self.notebook):
            if not _matches(_name(entry), NEVER_COPIED):
                yield entry

    def _rendered(self, renderer: Renderer, variables: Mapping[str, Any]) -> Iterator[Entry]:
        """Templates of both folders, the private ones last."""
        for folder, globs in ((self._public, PUBLIC_GLOBS), (self._private, PRIVATE_GLOBS)):
            for entry in walk(folder, self.notebook) if folder else ():
                name, source = _name(entry), entry.content
                if isinstance(source, Path) and _matches(name, globs) and not _matches(name, NEVER_COPIED):
                    text = renderer.render(str(source), read_regular(source), variables)
                    yield Entry(entry.path, 0o644, text)

    def _parents(self, entries: Mapping[str, Entry]) -> Iterator[Entry]:
        """Folders that only the private overlay has."""
        for path in entries:
            for parent in [str(each) for each in Path(path).parents][:-1]:
                if parent not in entries:
                    yield Entry(parent, 0o755)

    def entries(self, renderer: Renderer, variables: Mapping[str, Any]) -> list[Entry]:
        """All that goes into the home, each path once, folders before what is in them."""
        merged = {entry.path: entry for entry in self._copied()}
        merged |= {entry.path: entry for entry in self._rendered(renderer, variables)}
        merged |= {entry.path: entry for entry in self._added(merged)}
        merged |= {entry.path: entry for entry in self._parents(merged)}
        ours = [owned(merged[path]) for path in sorted(merged) if path.split("/")[0] == self.notebook]
        return [*ours, *lab_entries(self.notebook)]

    def _added(self, merged: Mapping[str, Entry]) -> Iterator[Entry]:
        readme = merged.get(f"{self.notebook}/{README}")
        if readme is None or not isinstance(readme.content, bytes):
            raise Impossible(f"{self.notebook} has no {README}, which is what participants are shown first")
        name = README.replace(".ipynb", "-checkpoint.ipynb")
        yield Entry(f"{self.notebook}/.ipynb_checkpoints/{name}", 0o644, readme.content)
        script = self._pdf_script()
        if script:
            yield Entry(f"{self.notebook}/{PDF}", 0o755, script)

    def _pdf_script(self) -> Path | None:
        """Beside the workshops, or in the folder ``sys`` beside the hooks, as in the original's repository."""
        config = self._config
        folders = [Path(config.public_workshops)] if config.public_workshops else []
        folders += [Path(scripts).parent / "sys" for scripts in config.public_scripts]
        return next((folder / PDF for folder in folders if (folder / PDF).is_file()), None)


def lab_entries(notebook: str) -> Iterator[Entry]:
    parts = WORKSPACE.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        yield Entry("/".join(parts[:depth]), shared(0o751))
    yield Entry(WORKSPACE, 0o664, workspace(notebook))
