"""The backends' roll-out, from a fresh host to one that needs nothing."""

from __future__ import annotations

import pytest

from tests.modules.conftest import FakeSite
from tests.modules.model import Model
from wod.operations import stamp
from wod.secretstore import SecretStore

RHEL_PACKAGES = {"chrony", "firewalld", "iproute", "openssh-clients", "procps-ng", "python3.12"}


def deployed(site: FakeSite) -> list[int]:
    """``[operations of all hosts, successes, errors, without a change]`` of a roll-out that succeeds."""
    run = site.roll_out()
    assert run.code == 0, run.said
    return run.total


def twice(site: FakeSite, distribution: str) -> Model:
    """Roll a fresh host out twice: everything is done by the first run, nothing is left to the second."""
    site.hosts = 'Host("@fake/be1", number=1)'
    site.put("be1", Model(distribution))
    count, changed, failed, unchanged = deployed(site)
    assert (changed, failed, unchanged) == (count, 0, 0)
    model = site.model("be1")
    assert deployed(site) == [count, 0, 0, count]
    assert site.model("be1") == model
    return model


def test_ubuntu(site: FakeSite) -> None:
    model = twice(site, "ubuntu2404")
    assert len(model.users) == len(model.homes) == len(model.hub) == 20


def test_hosts_of_another_role_are_left_alone(rolled_out: FakeSite) -> None:
    assert rolled_out.model("api") == Model()


def test_debian(rolled_out: FakeSite) -> None:
    model = rolled_out.model("be1")
    assert {"ufw", "python3-venv", "openssh-client"} <= model.packages
    assert model.log[0].startswith("install ")
    assert model.log.index("ufw allow proto tcp from any to any port 22") < model.log.index("ufw --force enable")
    assert "@include common-auth" in model.texts["/etc/pam.d/jupyterhub"]
    assert "apt-get" in model.texts["/usr/local/sbin/wod-update"]


def test_rhel(site: FakeSite) -> None:
    """RHEL's family cannot run here: this is what it would be told."""
    model = twice(site, "rocky9")
    assert model.packages >= RHEL_PACKAGES
    assert not model.packages & {"ufw", "python3-venv", "openssh-client", "locales"}
    assert model.services == {"ssh", "dhcpv6-client"}
    assert "firewall_cmd --quiet --add-port=22/tcp" in model.log
    assert "chronyd.service" in model.started
    assert "substack password-auth" in model.texts["/etc/pam.d/jupyterhub"]
    assert "dnf -q -y upgrade" in model.texts["/usr/local/sbin/wod-update"]


def test_a_container_keeps_its_machines_clock_and_kernel(rolled_out: FakeSite) -> None:
    container = rolled_out.model("be1")  # the lab's hosts, whose os-release this is
    assert container.kernel == {"net.ipv4.tcp_keepalive_time": "1800"}
    assert "systemd-timesyncd" not in container.packages
    rolled_out.put("be1", Model("ubuntu2404"))
    deployed(rolled_out)
    machine = rolled_out.model("be1")
    assert "systemd-timesyncd.service" in machine.started
    assert "vm.max_map_count = 600000" in machine.texts["/etc/sysctl.d/90-wod.conf"]


def spoil(model: Model) -> None:
    """One drift of each kind that there is."""
    model.packages.discard("acl")
    model.write(["/etc/jupyterhub/jupyterhub_config.py", "root:root", "640", ""], "edited")
    del model.paths["/etc/systemd/system/jupyterhub.service"]
    del model.started["jupyterhub.service"]
    model.masked.add("jupyterhub.service")
    model.enabled.discard("wod-update.timer")
    model.openings.clear()
    model.mkdir(["/student", "root:root", "777"], "")
    del model.users["student7"], model.homes["student8"]
    model.hub.discard("student9")
    model.tree = ""
    model.kernel["net.ipv4.tcp_keepalive_time"] = "1"
    model.hosts_file = "127.0.0.1 localhost\n"


def test_drift_of_many_kinds_is_mended_by_one_run(rolled_out: FakeSite) -> None:
    right, model = rolled_out.model("be1"), rolled_out.model("be1")
    spoil(model)
    rolled_out.put("be1", model)
    deployed(rolled_out)
    mended = rolled_out.model("be1")
    for part in (
        "packages", "paths", "openings", "users", "homes", "hub", "kernel", "tree", "masked", "enabled", "hosts_file"
    ):  # fmt: skip
        assert differing(getattr(mended, part), getattr(right, part)) == [], part
    assert mended.started["jupyterhub.service"] > right.started["jupyterhub.service"]


def differing(now: object, right: object) -> list[object]:
    """What is not as it was; the stamp is written again whenever anything changed."""
    if not isinstance(now, dict) or not isinstance(right, dict):
        return [] if now == right else [now, right]
    return [key for key in now.keys() | right.keys() if now.get(key) != right.get(key) and key != stamp.PATH]


PROXY = "jupyterhub-proxy.service"


@pytest.mark.parametrize(
    ("path", "restarted"),
    [
        ("/etc/jupyterhub/token", ["jupyterhub.service"]),
        (f"/etc/systemd/system/{PROXY}", [PROXY, "jupyterhub.service"]),  # a new proxy is told where it leads to
    ],
)
def test_a_run_that_was_killed_before_its_restart_is_made_good(
    rolled_out: FakeSite, path: str, restarted: list[str]
) -> None:
    """Whether to restart is judged by what is on the host, not by what this run changed."""
    model = rolled_out.model("be1")
    model.clock += 2
    model.changed[path] = model.clock
    model.log.clear()
    rolled_out.put("be1", model)
    deployed(rolled_out)
    acts = [line for line in rolled_out.model("be1").log if line.startswith("act")]
    assert acts == [f"act {unit} restart " for unit in restarted]


def test_the_secrets_are_in_no_argument(rolled_out: FakeSite) -> None:
    model = rolled_out.model("be1")
    token = model.texts["/etc/jupyterhub/token"].strip()
    assert len(token) == 64
    assert model.paths["/etc/jupyterhub/token"].mode == 0o600
    assert token not in "".join(model.log)
    kept = SecretStore(rolled_out.folder / "private" / "secrets" / "test.yml")
    assert kept.values()["WODBETOKEN"] == token


def test_clean_removes_the_students_and_nothing_else(rolled_out: FakeSite) -> None:
    rolled_out.settings("CLEAN: true\n")
    deployed(rolled_out)
    model = rolled_out.model("be1")
    assert (model.users, model.homes, model.hub) == ({}, {}, set())
    assert "jupyterhub.service" in model.started
