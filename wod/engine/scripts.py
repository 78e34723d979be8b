"""Scripts that a workshop hands out compiled (contract section 10), so that students cannot read the tokens in them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wod.engine.config import Worker
from wod.engine.delivery import Entry, shared
from wod.engine.errors import Impossible
from wod.engine.hooks import find, rendered
from wod.engine.render import Renderer


def sources(config: Worker, names: Sequence[str]) -> dict[str, Path]:
    """``{name: script}`` of those that exist; names are plain, a public script goes before a private one.

    `false` is no script. The script of ``x.sh`` may be ``x.sh.j2``; either is rendered.
    """
    plain = [name for name in names if "/" not in name]
    found = {name: find(config, "public", name) or find(config, "private", name) for name in plain}
    return {name: path for name, path in found.items() if path}


def _compile(compiler: str, name: str, text: bytes, folder: Path) -> bytes:
    source = folder / name
    source.write_bytes(text)
    done = subprocess.run([compiler, "-f", name], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    result = folder / f"{name}.x"
    if done.returncode != 0 or not result.is_file():
        complaint = (done.stderr or done.stdout).strip().splitlines()
        raise Impossible(f"shc could not compile {name}: {complaint[-1] if complaint else done.returncode}")
    return result.read_bytes()


def compiled(
    paths: Mapping[str, Path], renderer: Renderer, variables: Mapping[str, Any], folder: Path
) -> Iterator[Entry]:
    """``<name>.x`` for the student's home; sources are only ever in a folder below ``folder``, which is root's."""
    compiler = shutil.which("shc")
    if paths and compiler is None:
        raise Impossible(
            f"{next(iter(paths))} is to be handed out compiled, but shc is missing; install it on the backend"
        )
    for name, path in paths.items():
        with tempfile.TemporaryDirectory(dir=folder, prefix="shc-") as private:
            text = rendered(renderer, path, variables)
            yield Entry(f"{name}.x", shared(0o755), _compile(str(compiler), name, text, Path(private)))
