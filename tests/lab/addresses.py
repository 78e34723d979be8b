"""Where the lab of the tests is. Two runs on one machine get in nobody's way with a state folder and a subnet each."""

from __future__ import annotations

import os
from ipaddress import IPv4Network

from wod.lab import hostset

STATE = os.environ.get("WOD_TEST_LAB_STATE", "/var/lib/wod-lab-test")
SUBNET = os.environ.get("WOD_TEST_LAB_SUBNET", "10.233.8.0/24")
NETWORK = IPv4Network(SUBNET)
BRIDGE = str(NETWORK.network_address + 1)
ADDRESS = {name: str(host.address_in(NETWORK)) for name, host in hostset.BY_NAME.items()}
"""Of every host that the lab knows."""


def unused(offset: int) -> str:
    """An address that no host of the lab has; ``offset`` from the subnet's first, above those of the hosts."""
    return str(NETWORK.network_address + offset)
