"""A control node of its own: a host of the lab with wod on it, as an operator has it, and keys to the others."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from tests.lab.site import REPOSITORY, Run, Site
from wod import lab

HOME = "/opt/wod"
HOSTS = {(3, 11): "be3", (3, 13): "be4"}
"""By this machine's Python: its packages are copied, so the control node must have the same one."""
LEFT_OUT = ("playwright", "mypy", "*mypyc*", "ruff", "__pycache__", "__editable__*")
"""Of this machine's packages: tools for tests."""
INVENTORY = """
from wod.inventory import Host, build

SSH = {ssh!r}
HOSTS = {hosts!r}
globals().update(build("lab", [Host(ssh=SSH, **host) for host in HOSTS]))
"""
PROGRAM = f"#!{HOME}/.venv/bin/python\nimport sys\nfrom wod.cli import main\nsys.exit(main())\n"


class Control:
    """The control node ``name``, to which the hosts of a site answer; what it keeps is in /var/lib/wod-control."""

    def __init__(self, site: Site, name: str) -> None:
        self.site, self.name = site, name

    def ssh(self, command: str, check: bool = True) -> str:
        return self.site.ssh(self.name, command, check)

    def wod(self, *words: str) -> Run:
        """A command as root types it in the checkout."""
        folders = "WOD_STATE=/var/lib/wod-control/state WOD_CACHE=/var/lib/wod-control/cache"
        line = f"cd {HOME}; {folders} .venv/bin/wod {shlex.join(words)} -i inventories/night.py"
        return self.site.command("wod", "lab", "ssh", self.name, "--", f"sudo sh -c {shlex.quote(line)}")

    def install(self, folder: Path, others: list[lab.PlacedHost]) -> None:
        """The checkout, which belongs to an ordinary account, its packages, private folder, keys and inventory."""
        self.ssh("apt-get -qq update; apt-get -qq -y install --no-install-recommends git >/dev/null; mkdir -p " + HOME)
        checkout(folder)
        (folder / "inventories" / "night.py").write_text(inventory(others))
        self._send(folder, HOME)
        self._send(self.site.private, f"{HOME}/private")
        self.ssh(
            f"python3 -m venv --without-pip {HOME}/.venv; mkdir -p -m 0700 /root/.ssh /var/lib/wod-control"
            f"; cd {HOME}/.venv/lib/python3*/site-packages; echo {HOME} > wod.pth"
        )
        packages = Path(sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages")
        self._send(packages, str(HOME / Path(".venv", *packages.parts[-3:])), *LEFT_OUT)
        self._put(f"{HOME}/.venv/bin/wod", PROGRAM, "755")
        connection = lab.connection(others[0])
        self._put("/root/.ssh/lab", Path(connection["ssh_key"]).read_text(), "600")
        self._put("/root/.ssh/known_hosts", Path(connection["ssh_known_hosts_file"]).read_text(), "600")
        self._give_key()
        self.ssh(f"chown -R install: {HOME}; chmod 700 {HOME}/private")

    def _give_key(self) -> None:
        """The key of the private folder's secrets: the service is root's own, a command that of whoever said sudo."""
        key = Path(self.site.environment["XDG_CONFIG_HOME"], "wod", "lab.key")
        for home, owner in (("/root", "root"), ("/home/install", "install")) if key.exists() else ():
            self.ssh(f"mkdir -p -m 0700 {home}/.config/wod")
            self._put(f"{home}/.config/wod/lab.key", key.read_text().rstrip("\n"), "600")
            self.ssh(f"chown -R {owner}: {home}/.config")

    def _send(self, source: Path, target: str, *left_out: str) -> None:
        """A folder's contents, by tar and SSH."""
        (own,) = [host for host in lab.hosts() if host.name == self.name]
        given = lab.connection(own)
        options = [
            "-i",
            given["ssh_key"],
            "-o",
            f"UserKnownHostsFile={given['ssh_known_hosts_file']}",
            "-o",
            "BatchMode=yes",
        ]
        pack = ["tar", "-C", str(source), *[f"--exclude={pattern}" for pattern in left_out], "-cf", "-", "."]
        unpack = f"sudo mkdir -p {target} && sudo tar -C {target} -xf - --no-same-owner"
        with subprocess.Popen(pack, stdout=subprocess.PIPE) as tar:
            to = f"{given['ssh_user']}@{given['ssh_hostname']}"
            subprocess.run(["ssh", *options, to, unpack], stdin=tar.stdout, check=True, timeout=300)
        assert tar.returncode == 0

    def _put(self, path: str, text: str, mode: str) -> None:
        self.ssh(f"umask 077; cat > {path} <<'END'\n{text}\nEND\nchmod {mode} {path}")


def checkout(folder: Path) -> None:
    """A clone of this repository with the files as they are here."""
    subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(folder)], check=True, timeout=120)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True, timeout=60)
    there = b"\0".join(name for name in listed.stdout.split(b"\0") if name and (REPOSITORY / name.decode()).exists())
    copy = ["xargs", "-0", "cp", "-a", "--parents", "-t", str(folder)]
    subprocess.run(copy, cwd=REPOSITORY, input=there, check=True, timeout=120)


def inventory(others: list[lab.PlacedHost]) -> str:
    """As the lab's own, for a control node that has no lab."""
    ssh = {key: value for key, value in lab.connection(others[0]).items() if key != "ssh_hostname"}
    ssh |= {"ssh_key": "/root/.ssh/lab", "ssh_known_hosts_file": "/root/.ssh/known_hosts"}
    hosts = [
        {
            "name": host.name,
            "role": host.role,
            "number": host.number if host.role == "backends" else None,
            "external": host.address,
            "address": host.address,
            "settings": lab.settings(host),
        }
        for host in others
    ]
    return INVENTORY.format(ssh=ssh, hosts=hosts)
