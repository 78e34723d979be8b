"""What the platform is for: a student logs in, starts a server, runs code, and is not thrown out by operators."""

from __future__ import annotations

import pytest

from tests.lab.addresses import ADDRESS
from tests.lab.participant import Participant
from tests.lab.site import Site

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module", params=["be1", "be2"], ids=["debian12", "debian13"])
def student(request: pytest.FixtureRequest, site: Site) -> Participant:
    """A student who is logged in and has a running server."""
    person = site.participant(request.param, 7)
    assert person.log_in()
    person.start_server()
    return person


def test_the_answer_is_42(student: Participant) -> None:
    assert student.run("6*7") == "42"


def test_the_kernels_of_the_settings_are_offered(student: Participant) -> None:
    assert student.kernels() == ["bash", "python3", "ssh"]  # Debian has no package powershell
    assert student.run("echo $((6 * 7))", kernel="bash").strip() == "42"


def test_a_server_runs_as_its_student_without_a_way_to_root(student: Participant) -> None:
    where = student.run("import os; print(os.getuid(), os.getcwd())").split()
    assert where == ["2007", "/student/student7"]
    assert "no new privileges" in student.run("sudo -n true", kernel="bash")


def test_a_wrong_password_is_refused(student: Participant) -> None:
    assert not Participant(student.base, student.name, "not-it").log_in()


def test_a_server_is_limited(site: Site, student: Participant) -> None:
    host = "be1" if ADDRESS["be1"] in student.base else "be2"
    shown = site.ssh(host, "systemctl show -p MemoryMax -p MemoryLimit -p CPUQuotaPerSecUSec jupyter-student7.service")
    assert str(2 * 1024**3) in shown
    assert "CPUQuotaPerSecUSec=2s" in shown


def test_servers_and_kernels_survive_a_restart_of_the_hub(site: Site) -> None:
    person = site.participant("be1", 8)
    assert person.log_in()
    person.start_server()
    before = person.run("import os; print(os.getppid())")
    changed = site.roll_out("--limit", "be1", "--data", "WODIDLETIMEOUT=7200")
    assert set(changed.changed) == {
        "JupyterHub | Write the Hub's configuration",
        "JupyterHub | Run the Hub and its proxy",
        "Engine | Write what the engine needs to know",  # notebooks may use any setting
        "Engine | Run the engine's worker",
        "Stamp | Write the stamp",
    }
    assert person.run("import os; print(os.getppid())") == before
    assert site.roll_out("--limit", "be1", "--data", "WODIDLETIMEOUT=7200").changed == {}


def test_a_bad_configuration_never_replaces_a_good_one(site: Site) -> None:
    """Here by an argument that the settings cannot judge: an environment whose Hub does not start."""
    site.ssh(
        "be2",
        "cd /opt/jupyterhub/bin; mv jupyterhub jupyterhub.away; ln -s /bin/false jupyterhub",
    )
    kept = site.ssh("be2", "sha256sum /etc/jupyterhub/jupyterhub_config.py; systemctl show -p ExecMainPID jupyterhub")
    run = site.roll_out("--limit", "be2", "--data", "WODIDLETIMEOUT=1800")
    assert run.code != 0
    assert "the new content was refused, the old one stays" in run.output
    assert (
        site.ssh("be2", "sha256sum /etc/jupyterhub/jupyterhub_config.py; systemctl show -p ExecMainPID jupyterhub")
        == kept
    )
    site.ssh("be2", "mv -f /opt/jupyterhub/bin/jupyterhub.away /opt/jupyterhub/bin/jupyterhub")
