"""The engine's wheel: only the engine, the same for the same sources, and it runs with nothing else of ours."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from wod import wheel


def test_it_holds_the_engine_and_nothing_else_of_ours() -> None:
    name, content = wheel.build()
    members = {each for each in zipfile.ZipFile(io.BytesIO(content)).namelist() if not each.startswith("wod_engine-")}
    assert name.endswith("-py3-none-any.whl")
    assert members == set(wheel.sources())
    assert {"wod/engine/worker.py", "wod/engine/actions/__init__.py"} <= members


def test_the_same_sources_give_the_same_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    first = wheel.build()
    wheel.build.cache_clear()
    assert wheel.build() == first


def test_the_digest_follows_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    before = wheel.digest("x")
    assert wheel.digest("y") != before
    changed = {**wheel.sources(), "wod/engine/cli.py": b"pass"}
    monkeypatch.setattr(wheel, "sources", lambda: changed)
    assert wheel.digest("x") != before


def test_a_builder_that_fails_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel.templates, "render", lambda *_a, **_k: "not toml [")
    wheel.build.cache_clear()
    with pytest.raises(wheel.WheelFailed, match=r"^the engine's wheel could not be built: "):
        wheel.build()
    wheel.build.cache_clear()


def test_the_engine_needs_nothing_of_ours_but_itself(tmp_path: Path) -> None:
    """As on a backend: pyinfra, pydantic, click and the settings cannot be imported."""
    zipfile.ZipFile(io.BytesIO(wheel.build()[1])).extractall(tmp_path)
    program = """
import importlib, pkgutil, sys
for name in ("pyinfra", "pydantic", "click", "yaml", "wod.settings"): sys.modules[name] = None
import wod.engine
assert wod.engine.__file__.startswith(sys.argv[1]), wod.engine.__file__
for module in pkgutil.walk_packages(wod.engine.__path__, "wod.engine."): importlib.import_module(module.name)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
