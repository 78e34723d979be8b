"""Other packages take over: a new environment beside the old one, the database kept and copied, nobody thrown out."""

from __future__ import annotations

import json

import pytest

from tests.lab.participant import Participant
from tests.lab.site import Run, Site

pytestmark = pytest.mark.lab

KERNEL = {
    "name": "moo",
    "display_name": "Moo",
    "argv": ["{jphub}/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "language": "python",
    "requirements": ["cowsay==6.1"],
}
FLAGS = ("--limit", "be2", "--data", "WODKERNELS=" + json.dumps(["python", "bash", KERNEL]))


@pytest.fixture(scope="module")
def person(site: Site) -> Participant:
    """A student who is at work while the operator upgrades."""
    person = site.participant("be2", 9)
    assert person.log_in()
    person.start_server()
    return person


@pytest.fixture(scope="module")
def upgrade(site: Site, person: Participant) -> tuple[str, str, Run]:
    """``(where the person's kernel ran from, the old tree, the run)``."""
    prefix = person.run("import sys; print(sys.prefix)").strip()
    before = site.ssh("be2", "readlink /opt/jupyterhub")
    run = site.roll_out(*FLAGS)
    assert run.code == 0, run.output
    return prefix, before, run


def test_a_new_tree_takes_over_and_the_old_one_stays(site: Site, upgrade: tuple[str, str, Run]) -> None:
    _, before, _ = upgrade
    now = site.ssh("be2", "readlink /opt/jupyterhub")
    assert now != before
    assert site.ssh("be2", f"test -x {before}/bin/jupyterhub && echo there") == "there"


def test_the_database_is_copied_first_and_kept(site: Site, upgrade: tuple[str, str, Run]) -> None:
    select = "execute('select count(*) from users').fetchone()[0]"
    count = f"import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).{select})"
    copy = site.ssh("be2", "ls /var/lib/jupyterhub/backups/*.sqlite")
    assert site.ssh("be2", f'python3 -c "{count}" {copy}') == "21"
    assert site.ssh("be2", f'python3 -c "{count}" /var/lib/jupyterhub/jupyterhub.sqlite') == "21"
    assert site.ssh("be2", f"stat -c '%a %U' {copy}") == "600 root"


def test_a_running_server_keeps_what_it_started_from(person: Participant, upgrade: tuple[str, str, Run]) -> None:
    assert person.run("import sys; print(sys.prefix)").strip() == upgrade[0]


def test_a_server_that_starts_now_has_the_new_kernel(site: Site, upgrade: tuple[str, str, Run]) -> None:
    other = site.participant("be2", 10)
    assert other.log_in()
    other.start_server()
    assert other.kernels() == ["bash", "moo", "python3"]
    assert "42" in other.run("import cowsay; cowsay.cow(str(6 * 7))", kernel="moo")


def test_the_next_run_changes_nothing(site: Site, upgrade: tuple[str, str, Run]) -> None:
    assert site.roll_out(*FLAGS).changed == {}


def test_the_way_back_is_quick(site: Site, upgrade: tuple[str, str, Run]) -> None:
    """The old tree is still whole, so nothing is built again."""
    back = site.roll_out("--limit", "be2")
    assert back.code == 0, back.output
    assert site.ssh("be2", "readlink /opt/jupyterhub") == upgrade[1]
