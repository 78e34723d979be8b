"""Homes under attack: planted links, deep folders, runaway processes; nothing outside the home is ever touched."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.engine.actions.conftest import UID, Backend, root_only
from wod.engine import delivery, homes
from wod.engine.accounts import Account
from wod.engine.asuser import popen_as
from wod.engine.delivery import Entry
from wod.engine.errors import Impossible, TryLater
from wod.students import expected_acl

pytestmark = root_only
STUDENT = Account("student3", UID + 3, UID + 3)


def own(path: Path) -> None:
    os.lchown(path, STUDENT.uid, STUDENT.gid)


def renew(backend: Backend) -> None:
    config = backend.config
    homes.renew(STUDENT, backend.home(), config.skeletons, config.admin, Path(config.state))


class TestPlantedLinks:
    @pytest.fixture
    def outside(self, backend: Backend) -> Path:
        """A folder of root's with a file that must stay as it is."""
        folder = backend.folder / "outside"
        folder.mkdir()
        (folder / "precious").write_text("precious")
        (folder / "precious").chmod(0o644)
        return folder

    def test_erasing_removes_links_not_what_they_point_to(self, backend: Backend, outside: Path) -> None:
        (backend.home() / "link").symlink_to(outside)
        (backend.home() / "file").symlink_to(outside / "precious")
        renew(backend)
        assert (outside / "precious").read_text() == "precious"
        assert not (backend.home() / "link").is_symlink()

    def test_links_in_the_way_are_replaced(self, backend: Backend, outside: Path) -> None:
        (backend.home() / ".jupyter").symlink_to(outside)
        (backend.home() / "precious").symlink_to(outside / "precious")
        entries = [Entry(".jupyter", 0o755), Entry(".jupyter/x", 0o644, b"x"), Entry("precious", 0o644, b"overwritten")]
        delivery.deliver(STUDENT, backend.home(), entries)
        assert sorted(path.name for path in outside.iterdir()) == ["precious"]
        assert (outside / "precious").read_text() == "precious"
        assert (backend.home() / ".jupyter/x").read_text() == "x"

    def test_link_below_a_folder_is_followed_with_the_students_rights_only(
        self, backend: Backend, outside: Path
    ) -> None:
        (backend.home() / "deep").symlink_to(outside)
        with pytest.raises(TryLater, match="tar failed"):  # no entry for the folder: tar goes through the link
            delivery.deliver(STUDENT, backend.home(), [Entry("deep/precious", 0o644, b"overwritten")])
        assert (outside / "precious").read_text() == "precious"

    def test_workshop_folder_that_is_a_link(self, backend: Backend, outside: Path) -> None:
        order_steps = {step.name: step for step in backend.actions()(backend.request("CREATE"), backend.memory)}
        (backend.home() / "WKSHP-Demo").symlink_to(outside)
        order_steps["notebooks"].run()
        assert (outside / "precious").exists()
        assert (backend.home() / "WKSHP-Demo/0-ReadMeFirst.ipynb").is_file()
        assert not (backend.home() / "WKSHP-Demo").is_symlink()

    def test_home_that_is_a_link_is_refused(self, backend: Backend, outside: Path) -> None:
        backend.home().rmdir()
        backend.home().symlink_to(outside)
        with pytest.raises(Impossible, match="no folder"):
            renew(backend)
        assert (outside / "precious").exists()


class TestHome:
    def test_deep_folders_and_locked_ones_are_removed(self, backend: Backend) -> None:
        script = "import os\nfor _ in range(1500):\n    os.mkdir('d')\n    os.chdir('d')\n"
        subprocess.run([sys.executable, "-c", script], cwd=backend.home(), check=True)
        locked = backend.home() / "locked"
        locked.mkdir(mode=0)
        own(locked)
        homes.empty(backend.home())
        assert os.listdir(backend.home()) == []

    def test_mode_and_acl_are_what_the_roll_out_expects(self, backend: Backend) -> None:
        backend.home().chmod(0o777)
        renew(backend)
        arguments = [backend.config.students, backend.config.admin, str(UID), str(UID + 9), str(UID), str(UID + 9)]
        program = Path(homes.__file__).parents[1] / "remote/student_state.py"
        done = subprocess.run([sys.executable, program, *arguments], capture_output=True, text=True, check=True)
        state = json.loads(done.stdout)
        kind, uid, gid, mode, acl = state["homes"]["student3"]
        assert (kind, uid, gid, mode) == ("d", UID + 3, UID + 3, 0o770)  # the group bits are the ACL's mask
        assert state["acls"][acl] == expected_acl(os.geteuid())

    def test_admin_may_write_what_is_delivered_and_keys_stay_private(self, backend: Backend) -> None:
        backend.set(admin="daemon")
        renew(backend)
        acl = subprocess.run(["getfacl", "-cp", backend.home() / ".bashrc"], capture_output=True, text=True, check=True)
        assert "user:daemon:rw" in acl.stdout
        assert "effective" not in "".join(line for line in acl.stdout.splitlines() if "daemon:rwx" not in line)
        key = backend.home() / ".ssh/id_rsa"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert stat.S_IMODE((backend.home() / ".ssh").stat().st_mode) & 0o022 == 0

    def test_later_skeleton_wins_and_each_key_is_new(self, backend: Backend) -> None:
        backend.write("private/skel/.bashrc", "# private\n")
        renew(backend)
        key = (backend.home() / ".ssh/id_rsa").read_bytes()
        assert (backend.home() / ".bashrc").read_text() == "# private\n"
        renew(backend)
        assert (backend.home() / ".ssh/id_rsa").read_bytes() != key
        assert [path for path in Path(backend.config.state).rglob("*") if path.name != "keys"] == []

    def test_crontab_goes_with_the_participant(self, tmp_path: Path) -> None:
        (tmp_path / "student3").write_text("* * * * * mine")
        (tmp_path / "student33").write_text("kept")
        homes.remove_crontab("student3", [tmp_path, tmp_path / "missing"])
        assert os.listdir(tmp_path) == ["student33"]

    def test_system_account_is_never_a_student(self) -> None:
        with pytest.raises(Impossible, match="uid 0"):
            popen_as(Account("student3", 0, 0), ["true"])


class TestHandingOver:
    ADMIN = UID + 500

    def test_what_hooks_made_becomes_the_students(self, backend: Backend) -> None:
        made = backend.home() / "made"
        made.mkdir()
        (made / "file").write_text("x")
        for path in (made, made / "file"):
            os.chown(path, self.ADMIN, self.ADMIN)
        homes.hand_over(backend.home(), STUDENT, [0, self.ADMIN])
        assert {path.stat().st_uid for path in (made, made / "file")} == {STUDENT.uid}

    def test_other_peoples_files_and_what_links_point_to_are_left_alone(self, backend: Backend) -> None:
        outside = backend.folder / "outside"
        outside.write_text("precious")
        other = backend.home() / "other"
        other.write_text("somebody's")
        os.chown(other, UID + 7, UID + 7)
        (backend.home() / "link").symlink_to(outside)
        os.link(outside, backend.home() / "hard")
        homes.hand_over(backend.home(), STUDENT, [0, self.ADMIN])
        assert (outside.stat().st_uid, other.stat().st_uid) == (0, UID + 7)
        assert (backend.home() / "link").lstat().st_uid == STUDENT.uid
