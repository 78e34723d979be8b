from ipaddress import IPv4Network

import pytest

from wod.errors import BadInput
from wod.lab import subnet
from wod.lab.hostset import KNOWN, LIGHT


def test_a_private_network_with_room_is_taken():
    assert subnet.parse("172.20.0.0/27", "--subnet") == IPv4Network("172.20.0.0/27")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("10.1.2.3/24", "not an IPv4 network"),
        ("lab", "not an IPv4 network"),
        ("fd00::/64", "not an IPv4 network"),
        ("8.8.8.0/24", "not a private network"),
        ("127.0.0.0/24", "not a private network"),
        ("10.0.0.0/28", "no room"),
    ],
)
def test_other_networks_are_refused_naming_where_they_were_written(text, why):
    with pytest.raises(BadInput, match=f"^WOD_LAB_SUBNET: .*{why}"):
        subnet.parse(text, "WOD_LAB_SUBNET")


def test_only_the_light_hosts_need_a_large_network():
    small = IPv4Network("10.0.0.0/27")
    subnet.require_room(small, KNOWN)
    with pytest.raises(BadInput, match="no room for n01; take a /24"):
        subnet.require_room(small, LIGHT)
    subnet.require_room(IPv4Network("10.0.0.0/24"), LIGHT)


def test_the_flag_wins_over_the_environment():
    environ = {"WOD_LAB_SUBNET": "10.2.0.0/24"}
    assert subnet.requested("10.1.0.0/24", environ) == IPv4Network("10.1.0.0/24")
    assert subnet.requested(None, environ) == IPv4Network("10.2.0.0/24")
    assert subnet.requested(None, {}) is None


ADDRESSES = [
    {"ifname": "lo", "addr_info": [{"family": "inet", "local": "127.0.0.1", "prefixlen": 8}]},
    {"ifname": "eth0", "addr_info": [{"family": "inet", "local": "10.9.1.5", "prefixlen": 16}]},
    {"ifname": "wodlab0", "addr_info": [{"family": "inet", "local": "10.233.7.1", "prefixlen": 24}]},
]
ROUTES = [
    {"dst": "default", "gateway": "10.9.0.1", "dev": "eth0"},
    {"dst": "10.9.0.0/16", "dev": "eth0"},
    {"dst": "172.16.0.0/12", "dev": "tun0"},
    {"type": "blackhole", "dst": "192.168.40.0/24"},
    {"type": "broadcast", "dst": "10.9.255.255", "dev": "eth0"},
]


@pytest.fixture
def machine(monkeypatch):
    import json

    monkeypatch.setattr(subnet, "run", lambda *words: json.dumps(ADDRESSES if "address" in words else ROUTES))


@pytest.mark.parametrize("text", ["10.233.8.0/24", "192.168.41.0/24"])
def test_an_unused_network_is_free(machine, text):
    subnet.require_free(IPv4Network(text), "wodlab0")


def test_the_labs_own_bridge_does_not_stand_in_its_way(machine):
    subnet.require_free(IPv4Network("10.233.7.0/24"), "wodlab0")


@pytest.mark.parametrize(
    ("text", "device"),
    [("10.9.3.0/24", "eth0"), ("172.20.0.0/24", "tun0"), ("192.168.40.0/25", "a route"), ("10.233.0.0/16", "wodlab0")],
)
def test_a_network_in_use_is_refused_naming_the_device(machine, text, device):
    with pytest.raises(BadInput, match=f"already uses on {device}; choose another"):
        subnet.require_free(IPv4Network(text), "wodlab-other")
