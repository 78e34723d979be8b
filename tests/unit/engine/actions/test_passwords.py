"""Passwords on their way to programs: hashed, and never among the arguments."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from passlib.hash import sha512_crypt

from wod.engine import accounts, ldap
from wod.engine.config import Ldap
from wod.engine.errors import Impossible, TryLater


class TestPasswords:
    def test_hash_is_of_the_password(self) -> None:
        password = accounts.new_password()
        hashed = accounts.hashed(password)
        assert hashed.startswith("$6$")
        assert sha512_crypt.verify(password, hashed)

    def test_passwords_differ_and_are_long_enough(self) -> None:
        made = {accounts.new_password() for _ in range(100)}
        assert len(made) == 100
        assert all(len(password) >= 8 and password.isalnum() for password in made)

    def test_chpasswd_gets_a_hash_on_stdin(self, programs: Path) -> None:
        record(programs, "chpasswd")
        accounts.HostAccounts().set_password("student3", "Example2Password")
        assert (programs / "chpasswd.argv").read_text().split() == ["-e"]
        name, _, hashed = (programs / "chpasswd.stdin").read_text().strip().partition(":")
        assert name == "student3"
        assert sha512_crypt.verify("Example2Password", hashed)

    def test_failing_chpasswd_is_for_later(self, programs: Path) -> None:
        record(programs, "chpasswd", "echo locked >&2; exit 1")
        with pytest.raises(TryLater, match="locked"):
            accounts.HostAccounts().set_password("student3", "Example2Password")

    def test_unknown_account_is_none(self) -> None:
        assert accounts.HostAccounts().find("student-nobody-has") is None


class TestLdap:
    SERVER = Ldap("ldap.example.org", 389, "dc=example,dc=org", "student", "bind-secret")

    def test_change_goes_by_stdin_and_bind_password_by_file(self, programs: Path, tmp_path: Path) -> None:
        record(programs, "ldapmodify", f'while [ "$1" != -y ]; do shift; done; cat "$2" > {programs}/bind')
        ldap.set_password(self.SERVER, 3, "Example2Password", tmp_path)
        arguments = (programs / "ldapmodify.argv").read_text()
        assert "ldap://ldap.example.org:389" in arguments
        assert "secret" not in arguments
        assert (programs / "bind").read_text() == "bind-secret"
        change = (programs / "ldapmodify.stdin").read_text()
        assert "dn: uid=student3,ou=People,dc=example,dc=org\n" in change
        assert "userPassword: Example2Password\n" in change
        assert list(tmp_path.iterdir()) == []

    def test_failure_is_for_later(self, programs: Path, tmp_path: Path) -> None:
        record(programs, "ldapmodify", "echo no such server >&2; exit 255")
        with pytest.raises(TryLater, match="no such server"):
            ldap.set_password(self.SERVER, 3, "Example2Password", tmp_path)

    def test_missing_program_is_impossible(self, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(programs))
        with pytest.raises(Impossible, match="ldapmodify is missing"):
            ldap.set_password(self.SERVER, 3, "Example2Password", programs)


@pytest.fixture
def programs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder at the front of PATH."""
    folder = tmp_path_factory.mktemp("programs")
    path = subprocess.run(["sh", "-c", "echo $PATH"], capture_output=True, text=True, check=True).stdout.strip()
    monkeypatch.setenv("PATH", f"{folder}:{path}")
    return folder


def record(folder: Path, name: str, then: str = "") -> None:
    """A program that notes its arguments and standard input, then does as told."""
    script = f'#!/bin/sh\necho "$@" > {folder}/{name}.argv\ncat > {folder}/{name}.stdin\n{then}\n'
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)
