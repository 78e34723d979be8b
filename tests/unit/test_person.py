"""Who sits at the machine, when root is somebody who said sudo."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from wod import person, vaultkey


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What root hands over to the account ``install``, whose home is ``tmp_path``."""
    entry = SimpleNamespace(pw_name="install", pw_uid=1000, pw_gid=1000, pw_dir=str(tmp_path))
    monkeypatch.setattr(person.pwd, "getpwnam", lambda name: entry)
    monkeypatch.setattr(person.os, "geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "install")
    given: list[tuple[str, int]] = []
    monkeypatch.setattr(person.os, "chown", lambda path, uid, gid: given.append((Path(path).name, uid)))
    return given


def test_whoever_said_sudo_gets_the_log(given: list[tuple[str, int]], tmp_path: Path) -> None:
    who = person.person()
    assert who.notes == tmp_path / ".wod-install"
    who.notes.mkdir()
    (who.notes / "install.log").write_text("")
    who.owns(who.notes)
    assert given == [(".wod-install", 1000), ("install.log", 1000)]


def test_whoever_said_sudo_has_the_key(
    given: list[tuple[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*vaultkey.SOURCES, "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    made = vaultkey.find_or_make("lab")
    assert made.path == tmp_path / ".config" / "wod" / "lab.key"
    assert vaultkey.find("lab") == made
    assert {("wod", 1000), (".config", 1000), ("lab.key", 1000)} <= set(given)
