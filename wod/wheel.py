"""Parts of ours as wheels, built on the control node: what a host installs, and nothing else of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from wod import __version__, templates
from wod.errors import WodError

PACKAGE = Path(__file__).resolve().parent
DAY_ZERO = "315532800"
"""1980-01-01, the earliest time that a zip file can hold: the same sources give the same wheel."""


@dataclass(frozen=True)
class Part:
    """What becomes a wheel: ``name`` is also its program's, ``entry`` what that runs.

    ``packages`` are those below ``wod``, with all the files in them.
    """

    name: str
    packages: tuple[str, ...]
    entry: str


ENGINE = Part("wod-engine", ("engine", "vault"), "wod.engine.cli:main")
API = Part("wod-api", ("api", "engine"), "wod.api.cli:main")
"""The engine comes along: the API signs orders as the engine reads them."""


class WheelFailed(WodError):
    """A wheel could not be built; the text is what the builder said."""


def sources(part: Part) -> dict[str, bytes]:
    """``{path below the wheel's root: content}`` of a part: code, and the files that it reads."""
    return {str(path.relative_to(PACKAGE.parent)): path.read_bytes() for path in _files(part)}


def _files(part: Part) -> Iterator[Path]:
    yield PACKAGE / "__init__.py"
    for package in part.packages:
        found = (path for path in sorted((PACKAGE / package).rglob("*")) if path.is_file())
        yield from (path for path in found if "__pycache__" not in path.parts and not path.name.startswith("."))


def digest(part: Part, *more: str) -> str:
    """Twelve hexadecimal digits that name the sources, and ``more`` texts that belong to them."""
    names = sha256("\0".join(more).encode())
    for path, content in sources(part).items():
        names.update(f"\0{path}\0{len(content)}\0".encode() + content)
    return names.hexdigest()[:12]


@cache
def build(part: Part) -> tuple[str, bytes]:
    """``(file name, content)`` of the wheel; :class:`WheelFailed` if setuptools could not make one."""
    with tempfile.TemporaryDirectory() as folder:
        tree, out = Path(folder) / "tree", Path(folder) / "out"
        for path, content in sources(part).items():
            target = tree / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        version = __version__.partition("+")[0]
        (tree / "pyproject.toml").write_text(templates.render("wheel/pyproject.toml.j2", part=part, version=version))
        out.mkdir()
        return _built(part, tree, out)


def _built(part: Part, tree: Path, out: Path) -> tuple[str, bytes]:
    program = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": DAY_ZERO, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", program, str(out)],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(tree)
    if done.returncode:
        reason = (done.stderr.strip() or "no reason given")[-500:]
        raise WheelFailed(f"the wheel of {part.name} could not be built: {reason}")
    wheel = next(out.glob("*.whl"))
    return wheel.name, wheel.read_bytes()
