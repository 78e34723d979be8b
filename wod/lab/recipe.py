"""What a base image is made of. A change to anything here gives the image another name, and so a rebuild."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from wod.lab.mirror import Mirror

ACCOUNT = "install"
"""The account that roll-outs log in as; it may do everything by sudo, as on a production host."""

PACKAGES = (
    "ca-certificates",
    "dbus",
    "iproute2",
    "openssh-server",
    "procps",
    "python3",
    "sudo",
    "systemd",
    "systemd-sysv",
)
"""What a fresh server has, and not more: whatever a deploy needs it must install itself."""

FILES = {
    "etc/machine-id": "",
    "etc/ssh/sshd_config.d/10-lab.conf": "PermitRootLogin no\nPasswordAuthentication no\n",
    f"etc/sudoers.d/10-{ACCOUNT}": f"{ACCOUNT} ALL=(ALL) NOPASSWD: ALL\n",
}

CUSTOMISE = f"""
set -e
useradd --create-home --shell /bin/bash --comment 'roll-outs' {ACCOUNT}
install -d -m 0700 -o {ACCOUNT} -g {ACCOUNT} /home/{ACCOUNT}/.ssh
echo LANG=C.UTF-8 > /etc/default/locale
chmod 0440 /etc/sudoers.d/10-{ACCOUNT}
systemctl enable systemd-networkd ssh
rm -f /etc/ssh/ssh_host_* /etc/hostname /etc/resolv.conf /etc/apt/sources.list /var/lib/dbus/machine-id
rm -rf /var/lib/apt/lists/* /var/log/bootstrap.log
apt-get clean
"""
"""Run inside the tree by its own shell, after the packages and FILES are in place."""


@dataclass(frozen=True)
class Recipe:
    """Everything that determines a base image."""

    suite: str
    mirror: Mirror
    packages: tuple[str, ...] = PACKAGES

    def files(self) -> dict[str, str]:
        """Files written into the tree, by path without the leading slash."""
        return {**FILES, "etc/apt/sources.list.d/debian.sources": self.mirror.sources(self.suite)}

    @property
    def name(self) -> str:
        """The image's directory: its suite and a hash of all that goes into it."""
        parts = json.dumps([asdict(self), self.files(), CUSTOMISE], sort_keys=True)
        return f"{self.suite}-{hashlib.sha256(parts.encode()).hexdigest()[:12]}"
