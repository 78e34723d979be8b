"""The machines of the Vagrantfile in one table: Vagrant makes them by it, and the inventory rolls them out.

``python -m wod.vagrant`` prints them as JSON, as the Vagrantfile reads them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address
from pathlib import Path

from wod.inventory import Host

FIRST = IPv4Address("192.168.56.10")
"""In the network that VirtualBox lets host-only networks have without being told."""
BOX = "bento/ubuntu-24.04"
PROVIDERS = ("virtualbox", "libvirt")
USER = "vagrant"


@dataclass(frozen=True)
class Machine:
    """A virtual machine: ``memory`` in megabytes, enough for a handful of participants."""

    name: str
    role: str
    number: int | None
    address: str
    cpus: int
    memory: int
    box: str = BOX


MACHINES = (
    Machine("be1", "backends", 1, str(FIRST + 1), 2, 4096),
    Machine("be2", "backends", 2, str(FIRST + 2), 2, 4096),
    Machine("api", "api_db", None, str(FIRST + 5), 1, 2048),
    Machine("www", "frontends", None, str(FIRST + 6), 1, 1024),
)
"""Every machine that `vagrant up` can start by name."""


def hosts(root: Path) -> list[Host]:
    """Those machines that Vagrant has made below ``root``; all, while there is none, so that they can be looked at."""
    made = [machine for machine in MACHINES if key_of(root, machine.name)]
    return [_host(root, machine) for machine in made or MACHINES]


def key_of(root: Path, name: str) -> Path | None:
    """The key that Vagrant made for a machine."""
    places = (root / ".vagrant/machines" / name / provider / "private_key" for provider in PROVIDERS)
    return next((path for path in places if path.is_file()), None)


def _host(root: Path, machine: Machine) -> Host:
    key = key_of(root, machine.name)
    return Host(
        machine.name,
        machine.role,
        machine.number,
        external=machine.address,  # nobody else knows the names
        address=machine.address,
        ssh={"ssh_user": USER, **({"ssh_key": str(key)} if key else {})},
    )


if __name__ == "__main__":
    print(json.dumps([asdict(machine) for machine in MACHINES]))
