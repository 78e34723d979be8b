"""`wod-api` as the roll-out calls it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.api.site import FIRST, configured
from wod.api import config
from wod.api.cli import main


def _written(folder: Path, url: str) -> str:
    path = folder / "api.json"
    path.write_text(config.dump(configured(url)))
    return str(path)


def test_migrate_sync_and_look(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--config", _written(tmp_path, database_url)]
    catalogue = tmp_path / "catalogue.json"
    place = {"name": FIRST, "basestdid": 0, "proto": "https", "port": "443"}
    users = [{"username": "moderator", "password": "not-to-be-printed", "roles": ["user", "moderator"]}]
    catalogue.write_text(json.dumps({"workshops": [], "locations": [place], "seats": 2, "users": users}))
    assert main([*at, "migrate"]) == main([*at, "migrate"]) == 0
    assert main([*at, "sync", "--dry-run", str(catalogue)]) == 0
    planned = capsys.readouterr().out
    assert main([*at, "sync", str(catalogue)]) == 0
    assert capsys.readouterr().out == planned
    assert f"add location {FIRST}" in planned
    assert "not-to-be-printed" not in planned
    assert main([*at, "sync", str(catalogue)]) == main([*at, "adopt"]) == 0
    assert capsys.readouterr().out == "Nothing to change.\nNothing to repair.\n"
    catalogue.write_text(json.dumps({FIRST: {"student1": False}}))
    assert main([*at, "reconcile", str(catalogue)]) == 1, "student2 is not there"


def test_migrations_are_taken_back_once(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--config", _written(tmp_path, database_url), "migrate"]
    assert main(at) == 0
    assert main([*at, "--down", "0003", "--check"]) == 1
    assert main([*at, "--down", "0003"]) == 0
    assert main([*at, "--down", "0003", "--check"]) == main([*at, "--down", "0003"]) == 0
    assert main([*at, "--check"]) == 1, "this release has more"
    assert main([*at, "--down", "9999"]) == 2
    assert "this release has no migration 9999" in capsys.readouterr().err


def test_what_cannot_be_done_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    away = _written(tmp_path, "postgresql+psycopg://nobody@/nothing?host=/nonexistent")
    weak = tmp_path / "weak.json"
    weak.write_text(config.dump(replace(configured("postgresql+psycopg://x/y"), token_key="")))
    none = str(tmp_path / "none.json")
    for words in (["--config", away, "migrate"], ["--config", str(weak), "serve"], ["--config", none, "adopt"]):
        assert main(words) == 2
        said = capsys.readouterr().err
        assert said.startswith("wod-api ")
        assert len(said.splitlines()) == 1
