"""The lab itself, as a user meets it: fresh hosts, resets, snapshots, and taking over what a killed run left.

It runs in a lab of its own, so that hosts that others work on are not disturbed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.site import BIN
from wod import lab
from wod.lab import network, processes
from wod.lab.mounts import mounted
from wod.lab.places import Places, places

pytestmark = pytest.mark.lab

STATE = Path("/var/lib/wod-lab-hosts-test")
SUBNET = "10.233.9.0/24"


@pytest.fixture(scope="module")
def own_lab(lab_possible: None) -> Iterator[Places]:
    """An empty lab beside all others; nothing of it stays."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WOD_LAB_STATE", str(STATE))
        patch.setenv("WOD_LAB_SUBNET", SUBNET)
        lab.down()
        yield places()
        lab.down()
        shutil.rmtree(STATE)


@pytest.fixture
def running(own_lab: Places) -> Places:
    """Both hosts, up."""
    lab.up(say=print)
    return own_lab


def wod(*words: str, seconds: float = 300) -> str:
    """A command as a user types it; its output, and an error unless it went well."""
    done = subprocess.run(
        [BIN / "wod", "lab", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def on(host: str, command: str) -> str:
    return wod("ssh", host, "--", command).strip()


def status() -> dict[str, dict]:
    return {row["host"]: row for row in json.loads(wod("status", "--json"))}


def left_behind(own: Places) -> list[str]:
    """Whatever of this lab is still there: mounts, processes, bridge, firewall table, control groups."""
    found = [str(mount.point) for mount in mounted() if mount.point.is_relative_to(own.state)]
    found += [f"process {pid}" for name in ("be1", "be2") for pid in processes.of_host(own, name)]
    found += [own.bridge] if network.exists(own.bridge) else []
    found += [str(group) for group in Path("/sys/fs/cgroup").glob(f"*/{own.machine('*')}")]
    tables = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=True).stdout
    return found + [line for line in tables.splitlines() if line.endswith(f" {own.table}")]


def test_both_debians_run_side_by_side_and_up_again_leaves_them_alone(running):
    before = status()
    assert [before[name]["state"] for name in ("be1", "be2", "be3")] == ["up", "up", "down"]
    assert "VERSION_CODENAME=bookworm" in on("be1", "cat /etc/os-release")
    assert "VERSION_CODENAME=trixie" in on("be2", "cat /etc/os-release")
    assert "be1: is up at" in wod("up")
    assert status()["be1"]["pid"] == before["be1"]["pid"]


@pytest.mark.parametrize("host", ["be1", "be2"])
def test_a_fresh_host_is_like_a_fresh_server(running, host):
    assert on(host, "systemctl is-system-running") == "running"
    assert on(host, "sudo id -u; hostname; getent hosts be2 | cut -d' ' -f1; cat /proc/1/comm").split() == [
        "0", host, "10.233.9.12", "systemd",
    ]  # fmt: skip
    assert on(host, "cat /etc/machine-id") != on("be2" if host == "be1" else "be1", "cat /etc/machine-id")
    assert on(host, "locale | head -1; command -v setfacl || echo no acl") == "LANG=C.UTF-8\nno acl"
    assert on(host, "sudo sshd -T | grep -i permitrootlogin") == "permitrootlogin no"


@pytest.mark.parametrize("host", ["be1", "be2"])
def test_services_can_be_shut_in_as_on_a_server(running, host):
    boxes = ("ProtectSystem=strict", "PrivateTmp=yes", "ProtectHome=yes", "PrivateDevices=yes", "DynamicUser=yes")
    words = " ".join(f"-p {box}" for box in boxes)
    assert on(host, f"sudo systemd-run --wait -q {words} touch /etc/x || echo refused") == "refused"
    assert (
        on(host, f"sudo systemd-run --wait -q {words} touch /tmp/x && ls /tmp/x 2>/dev/null || echo private")
        == "private"
    )


def test_hosts_reach_each_other_by_name(running):
    greeting = "import socket; print(socket.create_connection(('be2', 22), 3).recv(4).decode())"
    assert on("be1", f'python3 -c "{greeting}"') == "SSH-"


def test_a_reset_host_is_fresh_and_still_the_one_that_ssh_knows(running):
    known = running.known_hosts.read_text()
    on("be1", "sudo touch /etc/made-by-hand; sudo rm -r /usr/share/doc")
    wod("reset", "be1")
    assert on("be1", "ls /etc/made-by-hand 2>/dev/null; ls -d /usr/share/doc") == "/usr/share/doc"
    assert running.known_hosts.read_text() == known


MAKE = (
    "sudo rm -r /usr/share/doc && sudo mkdir /usr/share/doc && sudo touch /usr/share/doc/new"
    " && sudo rm /etc/issue && echo one | sudo tee /etc/state >/dev/null"
    " && python3 -c \"import os; os.setxattr('/home/install', 'user.kept', b'yes')\""
)
LOOK = (
    "ls /usr/share/doc /etc/issue 2>/dev/null; cat /etc/state;"
    " python3 -c \"import os; print(os.getxattr('/home/install', 'user.kept').decode())\""
)


def test_a_snapshot_brings_back_what_was_made_removed_and_hidden(running):
    on("be1", MAKE)
    as_made = on("be1", LOOK)
    wod("snapshot", "made", "--hosts", "be1")
    assert on("be1", LOOK) == as_made == "/usr/share/doc:\nnew\none\nyes"
    on("be1", "echo two | sudo tee /etc/state; sudo touch /etc/issue")
    wod("snapshot", "later", "--hosts", "be1")
    wod("reset", "be1", "--to", "made")
    assert on("be1", LOOK) == as_made
    wod("snapshot", "made", "--remove")
    wod("reset", "be1", "--to", "later")
    assert "two" in on("be1", LOOK)
    wod("down", "--hosts", "be1")
    wod("up", "--hosts", "be1", "--from", "later")
    assert "two" in on("be1", LOOK)
    wod("snapshot", "later", "--remove")


def test_contents_are_kept_when_asked_for(running):
    on("be2", "echo kept | sudo tee /etc/state")
    wod("down", "--keep")
    assert not network.exists(running.bridge)
    wod("up")
    assert on("be2", "cat /etc/state") == "kept"


def test_a_killed_host_is_started_again_with_its_contents(running):
    on("be1", "echo kept | sudo tee /etc/state && sync")
    os.kill(status()["be1"]["pid"], signal.SIGKILL)
    assert processes.wait_until(lambda: status()["be1"]["state"] == "dead", 30)
    wod("up")
    assert on("be1", "cat /etc/state; systemctl is-system-running").split() == ["kept", "running"]


def test_a_lost_network_is_mended_under_running_hosts(running):
    pid = status()["be1"]["pid"]
    for words in (["ip", "link", "delete", running.bridge], ["nft", "delete", "table", "ip", running.table]):
        subprocess.run(words, check=True)
    assert status()["be1"]["state"] == "unreachable"
    wod("up")
    assert status()["be1"]["state"] == "up"
    assert status()["be1"]["pid"] == pid


@pytest.mark.parametrize("command", [["up"], ["reset", "--all"], ["snapshot", "cut", "--replace"], ["down"]])
@pytest.mark.parametrize("seconds", [0.6, 1.8])
def test_after_a_killed_command_up_brings_the_lab_back(own_lab, command, seconds):
    if command != ["up"]:
        lab.up()
    with subprocess.Popen([BIN / "wod", "lab", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        time.sleep(seconds)
        run.kill()
    wod("up")
    assert [on(host, "systemctl is-system-running") for host in ("be1", "be2")] == ["running", "running"]
    if command == ["up"]:
        lab.down()


def test_down_leaves_nothing_behind_even_of_hosts_that_were_killed(running):
    os.kill(status()["be2"]["pid"], signal.SIGKILL)
    wod("down")
    assert left_behind(running) == []
    assert list(running.host("").iterdir()) == []
    assert status()["be1"]["state"] == "down"
