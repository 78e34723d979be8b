"""Kernel parameters: what differs, and what a container cannot have."""

from __future__ import annotations

import pytest

from tests.fixtures import lines
from wod.operations.kernel import KernelParameters, split_for_container, wrong_values


@pytest.mark.parametrize("distribution", ["debian12", "debian13"])
def test_what_real_hosts_print(distribution: str) -> None:
    current = KernelParameters().process(lines(f"{distribution}/kernel"))
    assert current == {"net.ipv4.tcp_keepalive_time": "1800", "net.ipv4.ip_local_port_range": "32768 60999"}


CURRENT = {"vm.max_map_count": "65530", "net.ipv4.ip_local_port_range": "1 9", "net.ipv4.conf.eth0/1.forwarding": "0"}


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        ({"vm.max_map_count": "65530"}, []),
        ({"vm.max_map_count": "1"}, ["vm.max_map_count=1"]),
        ({"vm/max_map_count": "65530"}, []),
        ({"vm/max_map_count": "1"}, ["vm/max_map_count=1"]),
        ({"net.ipv4.ip_local_port_range": "1\t 9"}, []),
        ({"net.ipv4.ip_local_port_range": "1 8"}, ["net.ipv4.ip_local_port_range=1 8"]),
        ({"net/ipv4/conf/eth0.1/forwarding": "1"}, ["net/ipv4/conf/eth0.1/forwarding=1"]),
        ({"vm.unknown_to_this_kernel": "1"}, []),
        (
            {"vm.max_map_count": "1", "net.ipv4.ip_local_port_range": "2 3"},
            ["net.ipv4.ip_local_port_range=2 3", "vm.max_map_count=1"],
        ),
    ],
)
def test_wrong_values(wanted: dict[str, str], wrong: list[str]) -> None:
    assert wrong_values(wanted, CURRENT) == wrong


def test_a_container_has_its_network_only() -> None:
    values = {"net.ipv4.tcp_keepalive_time": 1800, "net/core/x": "1", "vm.max_map_count": 1, "kernel.pid_max": 2}
    assert split_for_container(values, container=False) == ({name: str(value) for name, value in values.items()}, [])
    own, left_out = split_for_container(values, container=True)
    assert list(own) == ["net.ipv4.tcp_keepalive_time", "net/core/x"]
    assert left_out == ["kernel.pid_max", "vm.max_map_count"]
