"""What a host's students look like, read for real from this machine."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands import run
from wod import remote
from wod.remote.student_state import acl_text
from wod.students import expected_acl

ME = pwd.getpwuid(os.geteuid())
NEEDS_ACL = pytest.mark.skipif(shutil.which("setfacl") is None, reason="reading ACLs back needs setfacl (package acl)")


def state(folder: Path, admin: str = ME.pw_name, uid: int = 700_000) -> dict:
    done = run(remote.program("student_state", folder, admin, uid, uid, 700_000, 700_000))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("student1", "student20", "studentx", "xstudent3", "lost+found"):
        (tmp_path / name).mkdir()
    (tmp_path / "student2").symlink_to("student1")
    (tmp_path / "student3").touch()
    (tmp_path / "student1").chmod(0o700)
    return tmp_path


def test_homes_are_the_students_only(folder: Path) -> None:
    homes = state(folder)["homes"]
    assert {name: home[0] for name, home in homes.items()} == {
        "student1": "d",
        "student2": "l",
        "student20": "d",
        "student3": "f",
    }
    assert homes["student1"][1:4] == [os.geteuid(), (folder / "student1").stat().st_gid, 0o700]


def test_a_folder_that_is_not_there_has_no_homes(tmp_path: Path) -> None:
    assert state(tmp_path / "student")["homes"] == {}


def test_accounts_within_the_ids_are_listed_whatever_their_name(tmp_path: Path) -> None:
    found = state(tmp_path, uid=ME.pw_uid)
    assert [ME.pw_name, ME.pw_uid, ME.pw_gid, ME.pw_dir, ME.pw_shell, ME.pw_gecos] in found["users"]
    assert found["admin"] == ME.pw_uid


def test_an_admin_who_is_not_there(tmp_path: Path) -> None:
    assert state(tmp_path, admin="no-such-account")["admin"] is None


@NEEDS_ACL
def test_acls_are_read_as_setfacl_wrote_them(folder: Path) -> None:
    subprocess.run(["setfacl", "-m", "u:1001:rwX,d:u:1001:rwX", folder / "student1"], check=True)
    found = state(folder)
    assert found["acls"][found["homes"]["student1"][4]] == expected_acl(1001)
    assert found["acls"][found["homes"]["student20"][4]] == ";"


@NEEDS_ACL
@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ("u:7:r", "g::---,m::r--,o::---,u:7:r--,u::rwx"),
        ("g:8:w", "g:8:-w-,g::---,m::-w-,o::---,u::rwx"),
        ("u:7:rwx,g:8:x,m::x", "g:8:--x,g::---,m::--x,o::---,u:7:rwx,u::rwx"),
    ],
)
def test_acl_text(tmp_path: Path, rules: str, text: str) -> None:
    tmp_path.chmod(0o700)
    subprocess.run(["setfacl", "-m", rules, tmp_path], check=True)
    assert acl_text(os.getxattr(tmp_path, "system.posix_acl_access")) == text
