"""The kept secrets: encrypted at rest, opened by the key alone, never overwritten by what cannot open them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from wod import vault, vaultkey
from wod.errors import BadInput
from wod.secretstore import TRAILER, SecretStore


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SecretStore:
    for name in vaultkey.SOURCES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return SecretStore(tmp_path / "private" / "secrets" / "lab.yml")


def test_no_value_is_in_clear_on_the_disk(store: SecretStore, tmp_path: Path) -> None:
    token = store.get_or_create("WODBETOKEN", "token")
    texts = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(texts) == 4  # the store, its lock, .gitignore, the key
    assert [path for path, text in texts.items() if token.encode() in text or b"WODBETOKEN" in text] == []


def test_ansible_would_open_it(store: SecretStore) -> None:
    """With the key's file as the password's; the format itself is proven by tests/unit/test_vault.py."""
    token = store.get_or_create("WODBETOKEN", "token")
    password = vaultkey.default_path("lab").read_text().strip()
    clear = vault.decrypt(store.path.read_text(), password)
    assert clear.splitlines()[0].startswith("# Secrets of the platform lab")
    assert f"'WODBETOKEN': '{token}'" in clear


def test_an_earlier_file_in_clear_is_read_and_encrypted_at_the_next_write(store: SecretStore) -> None:
    store.path.parent.mkdir(mode=0o700, parents=True)
    store.path.write_text(f"# Written by wod\n'WODBETOKEN': 'tiger'\n{TRAILER}")
    store.path.chmod(0o600)
    (store.path.parent / ".gitignore").write_text("*\n")
    assert store.values() == {"WODBETOKEN": "tiger"}
    assert not vaultkey.default_path("lab").exists(), "reading makes no key"
    password = store.get_or_create("WODFEAPIPWD", "password")
    assert store.encrypted
    assert store.values() == {"WODBETOKEN": "tiger", "WODFEAPIPWD": password}


def test_a_lost_key_overwrites_nothing_and_makes_none(store: SecretStore) -> None:
    store.get_or_create("WODBETOKEN", "token")
    path, before = vaultkey.default_path("lab"), store.path.read_bytes()
    key = path.read_text()
    path.unlink()
    with pytest.raises(BadInput, match=f"is encrypted, and its key is not here; put the key into {path} "):
        store.get_or_create("WODFEAPIPWD", "password")
    assert not path.exists()
    assert store.path.read_bytes() == before
    path.write_text(key)
    path.chmod(0o600)
    assert "WODBETOKEN" in store.values()


def test_a_wrong_key_overwrites_nothing(store: SecretStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.get_or_create("WODBETOKEN", "token")
    before = store.path.read_bytes()
    monkeypatch.setenv("WOD_VAULT_KEY", "another")
    with pytest.raises(BadInput, match="is left as it is: the key from WOD_VAULT_KEY does not open it, or"):
        store.get_or_create("WODFEAPIPWD", "password")
    assert store.path.read_bytes() == before


def test_a_change_sees_what_is_there_and_writes_only_a_difference(store: SecretStore) -> None:
    store.change(lambda values: {**values, "LDAPPWD": "tiger"})
    before = store.path.stat()
    assert store.change(lambda values: values) == {"LDAPPWD": "tiger"}
    assert store.path.stat() == before
    assert store.change(lambda values: {}) == store.values() == {}


def test_it_is_decrypted_once_for_as_long_as_it_does_not_change(
    store: SecretStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.get_or_create("WODBETOKEN", "token")
    first = store.values()
    monkeypatch.setattr(vault, "decrypt", lambda *_arguments: pytest.fail("decrypted again"))
    assert SecretStore(store.path).values() == first


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=True).stdout


def test_git_takes_what_is_encrypted_and_nothing_else(store: SecretStore) -> None:
    private = store.path.parent.parent
    store.get_or_create("WODBETOKEN", "token")
    clear = store.path.with_name("sandbox.yml")
    clear.write_text(f"'WODBETOKEN': 'tiger'\n{TRAILER}")
    clear.chmod(0o600)
    store.change(lambda values: {**values, "LDAPPWD": "lion"})
    git(private, "init", "-q")
    git(private, "add", ".")
    assert git(private, "ls-files").split() == ["secrets/.gitignore", "secrets/lab.yml"]
    SecretStore(clear).get_or_create("WODFEAPIPWD", "password")
    git(private, "add", ".")
    assert "secrets/sandbox.yml" in git(private, "ls-files").split()


def test_an_operators_own_gitignore_stays(store: SecretStore) -> None:
    store.path.parent.mkdir(mode=0o700, parents=True)
    ignore = store.path.parent / ".gitignore"
    ignore.write_text("*\n!mine\n")
    store.get_or_create("WODBETOKEN", "token")
    assert ignore.read_text() == "*\n!mine\n"
