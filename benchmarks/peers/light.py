"""Ansible for scale.py: installed into a scratch environment, told which hosts there are and what is to be on them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scalemodel import PEER
from benchmarks.scaletools import Tool
from wod import lab
from wod.lab.places import places
from wod.system import COMMON_PACKAGES, FAMILY_PACKAGES

NAME = PEER
PLAYBOOK = "benchmarks/peers/light.yml"
PACKAGES = sorted(
    {*COMMON_PACKAGES, *FAMILY_PACKAGES["debian"], "ufw", "fail2ban", "nftables", "python3-systemd", "nginx"}
)
FILES = {
    "/etc/sudoers.d/90-wod": "0440",
    "/etc/security/limits.d/90-wod.conf": "0644",
    "/etc/systemd/system/user-.slice.d/90-wod.conf": "0644",
    "/etc/sysctl.d/90-wod.conf": "0644",
    "/etc/skel/.hushlogin": "0644",
    "/usr/local/sbin/wod-update": "0755",
    "/etc/systemd/system/wod-update.service": "0644",
    "/etc/systemd/system/wod-update.timer": "0644",
    "/etc/fail2ban/filter.d/wod-jupyterhub.conf": "0644",
    "/etc/fail2ban/filter.d/wod-sshd.conf": "0644",
    "/etc/fail2ban/jail.d/wod.local": "0644",
    "/etc/nginx/conf.d/wod.conf": "0644",
    "/etc/wod/stamp.json": "0644",
}
"""The files that wod keeps on a light host, but for the portal's pages."""
BLOCK = re.compile(r"^# BEGIN wod: .*?\n(.*?)^# END wod: ", re.MULTILINE | re.DOTALL)


def install(scratch: Path) -> None:
    """The community's package, since core has neither sysctl nor ufw."""
    subprocess.run([sys.executable, "-m", "venv", str(scratch / "venv")], check=True)
    pip = [str(scratch / "venv/bin/pip"), "install", "-q", "--disable-pip-version-check", "ansible"]
    subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)


def tool(scratch: Path, hosts: Sequence[str]) -> Tool:
    """As a careful operator sets it up: as many forks as hosts, pipelining, one connection a host, no facts."""
    gather(scratch, hosts)
    environment = {
        "ANSIBLE_FORKS": str(len(hosts)),
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(scratch / "cp"),
        "ANSIBLE_NOCOLOR": "1",
    }
    return Tool(
        NAME,
        lambda some: _command(scratch, some),
        lambda output: not re.search(r"\b(changed|failed|unreachable)=[1-9]", output),
        environment,
        lambda: disconnect(scratch / "cp"),
    )


def _command(scratch: Path, hosts: Sequence[str]) -> tuple[str, ...]:
    playbook = str(scratch / "venv/bin/ansible-playbook")
    values = ("-e", f"@{scratch / 'values.json'}")
    return (playbook, "-i", str(scratch / "hosts"), "--limit", ",".join(hosts), *values, PLAYBOOK)


def gather(scratch: Path, hosts: Sequence[str]) -> None:
    """The inventory, and what is to be on each host: the files that it has now, as wod wrote them."""
    placed = [host for host in lab.hosts() if host.name in hosts]
    (scratch / "hosts").write_text("".join(map(_line, placed)))
    names = {}
    for host in hosts:
        root = places().root(host)
        for path in FILES:
            target = scratch / "files" / host / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / path.lstrip("/"), target)
        found = BLOCK.search((root / "etc/hosts").read_text())
        names[host] = found[1] if found else ""
    files = [{"path": path, "mode": mode} for path, mode in FILES.items()]
    told = {"files": files, "names": names, "packages": PACKAGES, "source": str(scratch / "files"), "admin": "wodadmin"}
    (scratch / "values.json").write_text(json.dumps(told))


def _line(host: lab.PlacedHost) -> str:
    data = lab.connection(host)
    common = f"-o UserKnownHostsFile={data['ssh_known_hosts_file']} -o ControlMaster=auto -o ControlPersist=60s"
    return (
        f"{host.name} ansible_host={host.address} ansible_user={data['ssh_user']} "
        f"ansible_ssh_private_key_file={data['ssh_key']} ansible_python_interpreter=/usr/bin/python3 "
        f"ansible_ssh_common_args='{common}'\n"
    )


def disconnect(sockets: Path) -> None:
    """End the connections that ssh keeps for the next run."""
    for socket in sockets.glob("*"):
        subprocess.run(["ssh", "-O", "exit", "-o", f"ControlPath={socket}", "x"], capture_output=True, check=False)
