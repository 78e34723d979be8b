"""Students' accounts, homes and ACLs, made and mended for real by the commands that go to a host."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import machine
from tests.commands import stdin_of, words
from wod.facts.students import StudentState
from wod.operations.students import commands, removable
from wod.students import HostState, Plan, StudentRange, plan

BASE = 700_000
SECRET_KEY = "the student's own key"


def students(folder: Path, last: int = 4, base: int = BASE) -> StudentRange:
    return StudentRange(2, last, base, base, str(folder / "student"), "wodadmin")


class Backend(machine.Machine):
    """A machine with an admin account, a folder for homes and a skeleton."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.wanted = students(folder)
        (folder / "student").mkdir(mode=0o711)
        (folder / "skel" / "work").mkdir(parents=True)
        (folder / "skel" / ".profile").write_text("umask 027\n")
        (folder / "skel" / "link").symlink_to("/etc/passwd")
        self.ok("useradd -u 699000 -M wodadmin")

    def ok(self, line: str) -> str:
        done = self.run(line)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def state(self, wanted: StudentRange) -> HostState:
        state = StudentState().process(self.run(StudentState().command(wanted)).stdout.splitlines())
        assert state is not None
        return state

    def plan(self, wanted: StudentRange | None = None) -> Plan:
        wanted = wanted or self.wanted
        return plan(wanted, self.state(wanted))

    def apply(self, wanted: StudentRange | None = None) -> Plan:
        """Carry out what is to be done, and return it; nothing is left to do then."""
        wanted = wanted or self.wanted
        todo = self.plan(wanted)
        for command in commands(wanted, todo, str(self.folder / "skel")):
            done = self.run(command)
            assert done.returncode == 0, done.stderr
        assert not self.plan(wanted).changes
        return todo

    def home(self, number: int) -> Path:
        return Path(self.wanted.home(number))


@pytest.fixture
def backend(tmp_path: Path) -> Backend:
    machine.skip_where_impossible()
    return Backend(tmp_path)


@pytest.fixture
def rolled_out(backend: Backend) -> Backend:
    for command in commands(backend.wanted, backend.plan(), str(backend.folder / "skel")):
        backend.run(command)
    key = backend.home(3) / "key"
    key.write_text(SECRET_KEY)
    key.chmod(0o600)
    return backend


def test_a_fresh_host_gets_all_and_a_second_run_has_nothing_to_do(backend: Backend) -> None:
    assert backend.apply() == Plan(create=(2, 3, 4), make_homes=(2, 3, 4))
    assert backend.ok("getent passwd student3").strip() == (
        f"student3:x:{BASE + 3}:{BASE + 3}:student3:{backend.home(3)}:/bin/bash"
    )
    assert backend.ok("getent shadow student3").split(":")[1].startswith("!")


def test_a_new_home_is_a_copy_of_the_skeleton_that_is_the_students(backend: Backend) -> None:
    backend.apply()
    home = backend.home(3)
    assert sorted(path.name for path in home.iterdir()) == [".profile", "link", "work"]
    assert (home / "link").readlink() == Path("/etc/passwd")
    assert {path.lstat().st_uid for path in (home, *home.rglob("*"))} == {BASE + 3}
    acl = backend.ok(f"getfacl -pnc {home} {home}/work {home}/.profile")
    assert acl.count("user:699000:rwx") == 4  # access and default, of the home and of the folder in it
    assert acl.count("user:699000:rw-") == 1
    assert Path("/etc/passwd").stat().st_uid == 0


DRIFT = {  # usermod gives the home to the new ids, too
    "a deleted account": ("userdel student3", Plan(create=(3,))),
    "a changed uid": ("usermod -u 690000 student3", Plan(correct=(3,), mend_homes=(3,))),
    "a changed group": ("groupmod -g 690000 student3", Plan(correct=(3,))),
    "a deleted group": ("usermod -g 100 student3; groupdel student3", Plan(correct=(3,), mend_homes=(3,))),
    "a changed shell": ("usermod -s /bin/sh -c me student3", Plan(correct=(3,))),
    "a deleted account whose group has another gid": (
        "userdel student3; groupadd -g 690000 student3",
        Plan(create=(3,), correct=(3,)),
    ),
    "ids of one another": (
        f"usermod -u 690000 student3; usermod -u {BASE + 3} student2; usermod -u {BASE + 2} student3;"
        f"groupmod -g 690000 student3; groupmod -g {BASE + 3} student2; groupmod -g {BASE + 2} student3",
        Plan(correct=(2, 3), mend_homes=(2, 3)),
    ),
    "an open home": ("chmod 777 {home}", Plan(mend_homes=(3,))),
    "a removed ACL": ("setfacl -b {home}", Plan(mend_homes=(3,))),
    "somebody else's home": ("chown 0:0 {home}", Plan(mend_homes=(3,))),
    "a setgid home": ("chmod g+s {home}", Plan(mend_homes=(3,))),
}


@pytest.mark.parametrize("kind", DRIFT)
def test_drift_is_mended_and_what_is_in_a_home_stays(rolled_out: Backend, kind: str) -> None:
    line, todo = DRIFT[kind]
    rolled_out.ok(line.format(home=rolled_out.home(3)))
    assert rolled_out.apply() == todo
    key = rolled_out.home(3) / "key"
    assert key.read_text() == SECRET_KEY
    assert key.stat().st_mode & 0o777 == 0o600  # ssh refuses a key that its group can read


def test_other_bases_move_all_students_although_their_ids_overlap(rolled_out: Backend) -> None:
    moved = students(rolled_out.folder, base=BASE + 1)
    assert rolled_out.apply(moved).correct == (2, 3, 4)


def test_a_lost_home_is_made_again_and_others_are_left_alone(rolled_out: Backend) -> None:
    rolled_out.home(2).rename(rolled_out.folder / "lost")
    assert rolled_out.apply() == Plan(make_homes=(2,))
    assert (rolled_out.home(3) / "key").read_text() == SECRET_KEY


def test_a_stranger_who_has_an_id_of_the_range_is_left_alone(backend: Backend) -> None:
    backend.ok(f"useradd -u {BASE + 3} -M bob")
    todo = backend.plan()
    assert f"uid {BASE + 3} of student3 is taken by bob" in todo.conflicts
    assert not todo.changes


def test_a_larger_range_adds_and_a_smaller_one_removes_nobody(rolled_out: Backend) -> None:
    assert rolled_out.apply(students(rolled_out.folder, last=6)) == Plan(create=(5, 6), make_homes=(5, 6))
    assert rolled_out.apply() == Plan(surplus=(5, 6))


def test_a_run_that_was_killed_between_accounts_and_homes_is_continued(backend: Backend) -> None:
    first, *_ = commands(backend.wanted, backend.plan(), str(backend.folder / "skel"))
    backend.run(first)
    assert backend.apply() == Plan(make_homes=(2, 3, 4))


def test_two_runs_at_once_do_not_meet(backend: Backend) -> None:
    """As after a killed control process: its last command still runs on the host."""
    todo = list(commands(backend.wanted, backend.plan(), str(backend.folder / "skel")))
    for command in todo:
        pair = [backend.inside(command.get_raw_value())] * 2
        running = [subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for line in pair]
        with ThreadPoolExecutor() as pool:
            ended = [pool.submit(each.communicate, stdin_of(command), timeout=300) for each in running]
            said = [each.result() for each in ended]
        assert [each.returncode for each in running] == [0, 0], said
    assert not backend.plan().changes


def test_the_lock_is_not_for_students_to_hold(rolled_out: Backend) -> None:
    (lock,) = rolled_out.run_folder.glob("*.lock")
    assert lock.stat().st_mode & 0o777 == 0o600


def test_at_most_four_commands_for_any_number() -> None:
    many = StudentRange(1, 2000, BASE, BASE, "/student", "wodadmin")
    everything = Plan(create=tuple(many.numbers), correct=(1,), make_homes=tuple(many.numbers), mend_homes=(1,))
    made = list(commands(many, everything, "/etc/skel"))
    assert len(made) == 4
    assert max(len(word) for command in made for word in words(command)) < 8000  # names go by stdin


def test_what_clean_would_remove() -> None:
    wanted = StudentRange(2, 4, BASE, BASE, "/student", "wodadmin")
    state = HostState({"student2": None, "student9": None}, {}, {"student3": None}, 1)  # type: ignore[dict-item]
    hub = {"student4": True, "student2": False, "student9": True}
    assert removable(wanted, state, hub) == (["student2", "student3"], ["student2", "student4"], ["student4"])
