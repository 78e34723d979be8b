"""Parts of ours as wheels: only what belongs to them, the same for the same sources, and they run alone."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from wod import wheel
from wod.wheel import API, ENGINE, Part

BOTH = pytest.mark.parametrize("part", [ENGINE, API], ids=lambda part: part.name)


@BOTH
def test_it_holds_its_part_and_nothing_else_of_ours(part: Part) -> None:
    name, content = wheel.build(part)
    members = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    assert name.endswith("-py3-none-any.whl")
    assert {each for each in members if ".dist-info/" not in each} == set(wheel.sources(part))
    assert {"wod/engine/worker.py", "wod/engine/actions/__init__.py"} <= members


def test_the_api_brings_the_files_that_it_reads() -> None:
    members = wheel.sources(API)
    assert {"wod/api/mails/templates/welcome.html.j2", "wod/api/migrations/versions/r0001_original.py"} <= set(members)
    assert not [name for name in members if "__pycache__" in name]


def test_the_same_sources_give_the_same_wheel() -> None:
    first = wheel.build(ENGINE)
    wheel.build.cache_clear()
    assert wheel.build(ENGINE) == first


def test_the_digest_follows_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    before = wheel.digest(ENGINE, "x")
    assert wheel.digest(ENGINE, "y") != before
    assert wheel.digest(API, "x") != before
    changed = {**wheel.sources(ENGINE), "wod/engine/cli.py": b"pass"}
    monkeypatch.setattr(wheel, "sources", lambda _part: changed)
    assert wheel.digest(ENGINE, "x") != before


def test_a_builder_that_fails_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel.templates, "render", lambda *_a, **_k: "not toml [")
    wheel.build.cache_clear()
    with pytest.raises(wheel.WheelFailed, match=r"^the wheel of wod-engine could not be built: "):
        wheel.build(ENGINE)
    wheel.build.cache_clear()


@BOTH
def test_it_needs_nothing_of_ours_but_itself(part: Part, tmp_path: Path) -> None:
    """As on a host: pyinfra and the settings cannot be imported; the engine does without the API's libraries, too."""
    zipfile.ZipFile(io.BytesIO(wheel.build(part)[1])).extractall(tmp_path)
    program = """
import importlib, pkgutil, sys
folder, packages = sys.argv[1], sys.argv[2:]
sys.path.insert(0, folder)
for name in ["pyinfra", "yaml", "wod.settings"] + ([] if "api" in packages else ["click", "pydantic"]):
    sys.modules[name] = None
for name in packages:
    package = importlib.import_module(f"wod.{name}")
    assert package.__file__.startswith(folder), package.__file__
    for module in pkgutil.walk_packages(package.__path__, f"wod.{name}."):
        if module.name != "wod.api.migrations.env": importlib.import_module(module.name)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), *part.packages],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
