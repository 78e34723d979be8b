"""Ansible Vault's format: its own files open here, ours are the same byte for byte, what is wrong is one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wod import vault

VECTORS: list[dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent.parent / "fixtures" / "vault.yml").read_text(encoding="utf-8")
)
FIRST = VECTORS[0]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["source"])
def test_what_ansible_encrypted_opens(vector: dict[str, str]) -> None:
    assert vault.is_vault(vector["ciphertext"])
    assert vault.decrypt(vector["ciphertext"], vector["password"]) == vector["plaintext"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["source"])
def test_with_the_same_salt_we_write_the_same_bytes(vector: dict[str, str]) -> None:
    lines = [line.strip() for line in vector["ciphertext"].splitlines()]
    salt = bytes.fromhex(bytes.fromhex("".join(lines[1:])).split(b"\n")[0].decode())
    label = lines[0].split(";")[3] if lines[0].count(";") == 3 else None
    written = vault.encrypt(vector["plaintext"], vector["password"], label, salt)
    assert written.splitlines() == lines


@settings(max_examples=20)
@given(st.text(), st.text(min_size=1, max_size=40))
def test_what_we_encrypt_opens_again(text: str, password: str) -> None:
    sealed = vault.encrypt(text, password)
    assert vault.decrypt(sealed, password) == text
    assert max(map(len, sealed.splitlines())) <= 80


def test_the_same_text_is_never_encrypted_alike() -> None:
    assert vault.encrypt("tiger", "key") != vault.encrypt("tiger", "key")


def flipped(text: str, line: int) -> str:
    """Another digit at the end of a line."""
    lines = text.splitlines()
    lines[line] = lines[line][:-1] + ("0" if lines[line][-1] != "0" else "1")
    return "\n".join(lines)


SEALED = FIRST["ciphertext"]
WRONG: dict[str, tuple[str, str]] = {
    "another password": (SEALED, "this password does not open it, or it was changed"),
    "a tampered ciphertext": (flipped(SEALED, -1), "this password does not open it, or it was changed"),
    "cut off": ("\n".join(SEALED.splitlines()[:3]), "it is cut off: salt, proof and ciphertext are not all there"),
    "cut off in the last line": (SEALED.rstrip()[:-2], "it is cut off: a hexadecimal digit is missing"),
    "cut off within a byte": (SEALED.rstrip()[:-1], "it is cut off: a hexadecimal digit is missing"),
    "nothing but the header": ("$ANSIBLE_VAULT;1.1;AES256\n", "it is cut off"),
    "no digits": (SEALED.replace("39", "zz", 1), "it holds something else than hexadecimal digits"),
    "an older format": (SEALED.replace("1.1", "1.0", 1), "its format 1.0 is unknown, only 1.1 and 1.2 are"),
    "another cipher": (SEALED.replace("AES256", "AES", 1), "its cipher AES is unknown, only AES256 is"),
    "no header": ("tiger", r"it does not begin with a line such as \$ANSIBLE_VAULT;1.1;AES256"),
    "nothing": ("", "it does not begin with a line"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(name: str) -> None:
    text, says = WRONG[name]
    with pytest.raises(vault.Unreadable, match=f"^{says}") as caught:
        vault.decrypt(text, "another" if name == "another password" else FIRST["password"])
    assert isinstance(caught.value, vault.WrongKey) == says.startswith("this password")


@settings(max_examples=20)
@given(st.data())
def test_no_damage_gives_anything_but_a_sentence(data: Any) -> None:
    """Any one character replaced, or any part cut out: never another plaintext, never another error."""
    start = data.draw(st.integers(0, len(SEALED) - 1))
    end = data.draw(st.integers(start + 1, len(SEALED)))
    damaged = SEALED[:start] + data.draw(st.sampled_from(["", "0", "é", "\n", "\0"])) + SEALED[end:]
    try:
        found = vault.decrypt(damaged, FIRST["password"])
    except vault.Unreadable as error:
        found = str(error)
    assert found == FIRST["plaintext"] or "\n" not in found


def test_a_label_is_a_plain_word() -> None:
    with pytest.raises(ValueError, match="cannot be a vault's label"):
        vault.encrypt("tiger", "key", "a;b")
