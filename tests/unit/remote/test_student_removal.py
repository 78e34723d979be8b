"""Removing students for real, in a machine of one's own: nothing a person made is deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import machine
from wod import remote

UID = 700_003


@pytest.fixture
def backend(tmp_path: Path) -> machine.Machine:
    machine.skip_where_impossible()
    made = machine.Machine(tmp_path)
    (tmp_path / "student" / "student3").mkdir(parents=True)
    (tmp_path / "student" / "student3" / "thesis").write_text("mine")
    assert made.run(f"groupadd -g {UID} student3; useradd -M -u {UID} -g {UID} student3").returncode == 0
    return made


def remove(backend: machine.Machine, names: str, before: str = "") -> tuple[int, str]:
    command = remote.program("student_removal", backend.folder / "student").get_raw_value()
    done = backend.run(f"{before}{command}", stdin=names)
    return done.returncode, done.stderr


def exists(backend: machine.Machine, name: str) -> bool:
    return backend.run(f"getent passwd {name}").returncode == 0


def test_the_account_goes_and_the_home_is_set_aside(backend: machine.Machine) -> None:
    assert remove(backend, "student3\n") == (0, "")
    assert not exists(backend, "student3")
    attic = backend.folder / "student" / ".removed"
    (home,) = attic.iterdir()
    assert home.name.startswith("student3-")
    assert (home / "thesis").read_text() == "mine"
    assert attic.stat().st_mode & 0o777 == 0o700


def test_running_programs_of_the_student_end_first(backend: machine.Machine) -> None:
    sleeping = f"setpriv --reuid={UID} --clear-groups sleep 600 & sleep 0.2; "
    assert remove(backend, "student3\n", before=sleeping)[0] == 0
    assert not exists(backend, "student3")


def test_a_second_run_has_nothing_to_do(backend: machine.Machine) -> None:
    remove(backend, "student3\n")
    assert remove(backend, "student3\n") == (0, "")


def test_an_account_that_got_a_uid_of_the_system_is_left_alone(backend: machine.Machine) -> None:
    """`pkill -U 0` would end everything."""
    backend.run("usermod -o -u 0 student3")
    code, said = remove(backend, "student3\n")
    assert code == 1
    assert "student3 has the uid 0" in said
    assert exists(backend, "student3")


def test_others_stay(backend: machine.Machine) -> None:
    backend.run("useradd -M -u 700004 student4")
    remove(backend, "student3\n")
    assert exists(backend, "student4")
