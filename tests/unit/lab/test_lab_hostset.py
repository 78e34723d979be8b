from ipaddress import IPv4Network

import pytest

from wod.errors import BadInput
from wod.lab.hostset import BY_NAME, DEFAULT, EVERY, KNOWN, LAST_OFFSET, LIGHT, select


def names(hosts):
    return [host.name for host in hosts]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, list(DEFAULT)),
        ("", list(DEFAULT)),
        ("be2", ["be2"]),
        ("be2,be1", ["be1", "be2"]),
        (" be1 , be1,", ["be1"]),
        (["www", "api"], ["api", "www"]),
        ("n50,api,n01", ["api", "n01", "n50"]),
    ],
)
def test_hosts_are_selected_by_name_in_table_order(given, expected):
    assert names(select(given)) == expected


def test_an_unknown_host_is_refused_with_the_known_ones():
    with pytest.raises(BadInput, match=r"no host 'be9'; did you mean be.\? it knows be1, be2, .*, www, n01 to n50$"):
        select("be1,be9")


def test_an_address_is_a_fixed_offset_in_the_subnet():
    be1, be2 = select("be1,be2")
    assert be1.placed_in(IPv4Network("10.1.2.0/24")).address == "10.1.2.11"
    assert be2.placed_in(IPv4Network("192.168.9.32/27")).address == "192.168.9.44"
    assert BY_NAME["n50"].placed_in(IPv4Network("10.1.2.0/24")).address == "10.1.2.160"


def test_the_light_hosts_ask_for_no_larger_network_of_the_others():
    assert len(LIGHT) == 50
    assert max(host.index for host in KNOWN) < min(host.index for host in LIGHT)
    assert LAST_OFFSET == 16


def test_names_and_places_in_the_table_are_unique():
    assert len({host.name for host in EVERY}) == len({host.index for host in EVERY}) == len(EVERY)
    backends = [host.number for host in KNOWN if host.role == "backends"]
    assert backends == sorted(set(backends))


def test_both_debians_are_in_the_default_set():
    assert {host.suite for host in select(None)} == {"bookworm", "trixie"}
