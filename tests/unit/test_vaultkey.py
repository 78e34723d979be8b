"""The key of a platform's secrets: where it is looked for, when it is made, and that it is never lost by us."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from wod import vaultkey
from wod.errors import BadInput


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in vaultkey.SOURCES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "wod"


def kept(path: Path, value: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value)
    path.chmod(mode)
    return path


def test_there_is_none_until_it_is_made(config: Path) -> None:
    assert vaultkey.find("lab") is None
    assert vaultkey.candidates("lab") == ()
    assert not config.exists()


def test_it_is_made_once_and_said_once(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = vaultkey.find_or_make("lab")
    assert stat.S_IMODE((config / "lab.key").stat().st_mode) == 0o600
    assert len(made.value) == 64
    said = capsys.readouterr().err
    assert f"{config / 'lab.key'}; keep a copy of it elsewhere" in said
    assert made.value not in said
    assert vaultkey.find_or_make("lab") == vaultkey.find("lab") == made
    assert capsys.readouterr().err == ""
    assert vaultkey.find_or_make("other").value != made.value
    assert made.value not in repr(made)


def test_what_is_looked_for_first_wins(tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(config / "lab.key", "of the platform\n")
    assert vaultkey.find_or_make("lab").value == "of the platform"
    monkeypatch.setenv("WOD_VAULT_KEY_FILE", str(kept(tmp_path / "named", "  of the file \n\n")))
    assert vaultkey.find_or_make("lab").value == "of the file"
    monkeypatch.setenv("WOD_VAULT_KEY_COMMAND", "printf 'of the %s' command")
    assert vaultkey.find_or_make("lab").value == "of the command"
    monkeypatch.setenv("WOD_VAULT_KEY", "of the variable")
    assert vaultkey.find_or_make("lab").value == "of the variable"


def test_the_command_is_run_once_and_no_shell_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = tmp_path / "count"
    program = kept(tmp_path / "key", f'#!/bin/sh\necho x >> {count}\necho "$1"\n', 0o700)
    monkeypatch.setenv("WOD_VAULT_KEY_COMMAND", f"{program} '$HOME; ls'")
    assert {vaultkey.find_or_make("lab").value for _ in range(3)} == {"$HOME; ls"}
    assert count.read_text() == "x\n"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("WOD_VAULT_KEY", "  ", "WOD_VAULT_KEY gives no key: it is empty"),
        ("WOD_VAULT_KEY_COMMAND", "true", "WOD_VAULT_KEY_COMMAND gives no key: it is empty"),
        ("WOD_VAULT_KEY_COMMAND", "sh -c 'echo key; exit 3'", "ended with 3; it is to print the key and end with 0"),
        ("WOD_VAULT_KEY_COMMAND", "/nonexistent/program", "cannot be run: "),
        ("WOD_VAULT_KEY_COMMAND", "echo 'open", "cannot be run: No closing quotation"),
        ("WOD_VAULT_KEY_FILE", "/nonexistent/key", "/nonexistent/key cannot be read: No such file or directory"),
    ],
)
def test_a_source_that_gives_none_is_one_sentence(
    variable: str, value: str, says: str, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no key is made in its place."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadInput) as caught:
        vaultkey.find_or_make("lab")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not config.exists()


def test_a_file_that_others_can_read_is_refused_with_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(tmp_path / "named", "key", 0o640)
    monkeypatch.setenv("WOD_VAULT_KEY_FILE", str(path))
    with pytest.raises(BadInput, match=f"mend it with: chmod 600 {path}$"):
        vaultkey.find("lab")


def test_the_key_before_it_stays_beside_it(config: Path) -> None:
    first = vaultkey.find_or_make("lab")
    vaultkey.replace(first, "another")
    assert [key.value for key in vaultkey.candidates("lab")] == ["another", first.value]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in config.iterdir())
    assert sorted(path.name for path in config.iterdir()) == ["lab.key", "lab.key.old"]
