"""The engine as a wheel, built on the control node: what backends install, and nothing else of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path

from wod import __version__, templates
from wod.errors import WodError

PACKAGE = Path(__file__).resolve().parent
DAY_ZERO = "315532800"
"""1980-01-01, the earliest time that a zip file can hold: the same sources give the same wheel."""


class WheelFailed(WodError):
    """The engine's wheel could not be built; the text is what the builder said."""


def sources() -> dict[str, bytes]:
    """``{path below the wheel's root: content}`` of the engine."""
    files = [PACKAGE / "__init__.py", *sorted((PACKAGE / "engine").rglob("*.py"))]
    return {str(path.relative_to(PACKAGE.parent)): path.read_bytes() for path in files}


def digest(*more: str) -> str:
    """Twelve hexadecimal digits that name the sources, and ``more`` texts that belong to them."""
    names = sha256("\0".join(more).encode())
    for path, content in sources().items():
        names.update(f"\0{path}\0{len(content)}\0".encode() + content)
    return names.hexdigest()[:12]


@cache
def build() -> tuple[str, bytes]:
    """``(file name, content)`` of the wheel; :class:`WheelFailed` if setuptools could not make one."""
    with tempfile.TemporaryDirectory() as folder:
        tree, out = Path(folder) / "tree", Path(folder) / "out"
        for path, content in sources().items():
            target = tree / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        version = __version__.partition("+")[0]
        (tree / "pyproject.toml").write_text(templates.render("engine/pyproject.toml.j2", version=version))
        out.mkdir()
        return _built(tree, out)


def _built(tree: Path, out: Path) -> tuple[str, bytes]:
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
        raise WheelFailed(f"the engine's wheel could not be built: {(done.stderr.strip() or 'no reason given')[-500:]}")
    wheel = next(out.glob("*.whl"))
    return wheel.name, wheel.read_bytes()
