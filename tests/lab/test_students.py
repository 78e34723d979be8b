"""Ranges of students: too many, too few, strangers in their ids, and CLEAN."""

from __future__ import annotations

import pytest

from tests.lab.site import Site

pytestmark = pytest.mark.lab
STUDENTS = "deploys.modules.students.apply"


def test_fewer_students_are_reported_and_stay(site: Site) -> None:
    run = site.roll_out("--limit", "be1", "--data", "USERMAX=12")
    assert run.code == 0, run.output
    assert "students 13-20 lie outside USERMIN..USERMAX; they stay as they are" in run.output
    assert site.ssh("be1", "id -u student20") == "2020"


def test_a_new_account_is_locked_until_it_gets_a_password(site: Site) -> None:
    assert site.ssh("be1", "getent shadow student11 | cut -d: -f2").startswith("!")
    assert site.participant("be1", 11).log_in()


@pytest.mark.parametrize(
    ("plant", "undo", "sentence"),
    [
        ("useradd -u 2021 stranger", "userdel stranger", "uid 2021 of student21 is taken by stranger"),
        ("groupadd -g 2022 strangers", "groupdel strangers", "gid 2022 of student22 is taken by the group strangers"),
    ],
)
def test_an_id_that_a_stranger_has_is_an_error_before_anything_changes(
    site: Site, plant: str, undo: str, sentence: str
) -> None:
    site.ssh("be2", plant)
    before = site.ssh("be2", "getent passwd; ls /student")
    run = site.roll_out("--data", "USERMAX=25", deploy=STUDENTS)
    assert run.code != 0
    assert sentence in run.output
    assert "Traceback" not in run.output
    assert site.ssh("be2", "getent passwd; ls /student") == before
    assert site.ssh("be1", "id -u student25") == "2025", "the other host was to be finished"
    site.ssh("be2", undo)


def test_clean_refuses_while_a_student_is_at_work(site: Site) -> None:
    person = site.participant("be1", 3)
    assert person.log_in()
    person.start_server()
    run = site.roll_out("--limit", "be1", "--data", "CLEAN=true")
    assert run.code != 0
    assert "CLEAN refused, nothing changed: there are running servers of student3" in run.output
    assert site.ssh("be1", "id -u student1 student3").split() == ["2001", "2003"]


def test_clean_removes_accounts_and_sets_homes_aside(site: Site) -> None:
    site.ssh("be1", "echo precious > /student/student2/work")
    flags = ("--limit", "be1", "--data", "CLEAN=true", "--data", "CLEANFORCE=true")
    run = site.roll_out(*flags)
    assert run.code == 0, run.output
    assert site.ssh("be1", "getent passwd student1 student2 student20 || echo none") == "none"
    assert site.ssh("be1", "cat /student/.removed/student2-*/work") == "precious"
    assert site.ssh("be1", "systemctl is-active jupyter-student3 || true") != "active"
    assert site.roll_out(*flags).changed == {}


def test_the_range_comes_back_fresh(site: Site) -> None:
    assert site.roll_out("--limit", "be1").code == 0
    assert site.ssh("be1", "ls -A /student/student2; id -u student2").split() == [
        ".bash_logout",
        ".bashrc",
        ".hushlogin",
        ".profile",
        "2002",
    ]
    assert site.participant("be1", 2).log_in()
