from ipaddress import IPv4Network
from pathlib import Path

from wod.lab import network
from wod.lab.hostset import BY_NAME, EVERY
from wod.lab.keys import known_hosts_line
from wod.lab.nspawn import command
from wod.lab.places import CACHE, STATE, Places, places

OTHER = Places(Path("/var/lib/other-lab"))


def test_the_environment_selects_the_lab():
    assert places({}) == Places(STATE, CACHE)
    assert places({"WOD_LAB_STATE": "/a/../b", "WOD_LAB_CACHE": "/c"}) == Places(Path("/b"), Path("/c"))


def test_two_labs_share_no_name():
    one, other = Places(), OTHER
    assert (one.bridge, one.table) == ("wodlab0", "wod_lab")
    assert one.bridge != other.bridge
    assert one.table != other.table
    assert one.machine("be1") != other.machine("be1")


def test_interface_names_fit_the_kernels_fifteen_characters():
    for lab in (Places(), OTHER):
        assert len(lab.bridge) <= 15
        assert all(len(lab.cable(host.name)) <= 15 for host in EVERY)


def test_the_firewall_table_replaces_itself_and_translates_only_what_leaves():
    text = network.table(Places(), IPv4Network("10.1.2.0/24"))
    assert text.startswith("table ip wod_lab\ndelete table ip wod_lab\n")
    assert "ip saddr 10.1.2.0/24 ip daddr != 10.1.2.0/24 masquerade" in text


LISTING = {
    "nftables": [
        {"metainfo": {}},
        {"table": {"family": "ip", "name": "filter"}},
        {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "hook": "forward", "policy": "drop"}},
        {"chain": {"family": "ip6", "table": "filter", "name": "FORWARD", "hook": "forward", "policy": "drop"}},
        {"chain": {"family": "inet", "table": "fw", "name": "fwd", "hook": "forward", "policy": "accept"}},
        {"chain": {"family": "ip", "table": "filter", "name": "INPUT", "hook": "input", "policy": "drop"}},
        {"chain": {"family": "ip", "table": "filter", "name": "plain"}},
        {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "handle": 7, "comment": "wod_lab"}},
        {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "handle": 8, "comment": "wod_lab_abc"}},
        {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "handle": 9}},
    ]
}


def test_chains_that_drop_forwarded_packets_are_found():
    assert network.dropping_chains(LISTING) == [("ip", "filter", "FORWARD")]


def test_only_the_labs_own_rules_are_taken_back():
    assert network.own_rules(LISTING, "wod_lab") == [(("ip", "filter", "FORWARD"), 7)]


def test_known_hosts_has_the_address_and_the_name_without_comment():
    host = BY_NAME["be1"].placed_in(IPv4Network("10.1.2.0/24"))
    assert known_hosts_line(host, "ssh-ed25519 AAAA be1") == "10.1.2.11,be1 ssh-ed25519 AAAA\n"


def test_a_machine_without_systemd_keeps_the_group_that_was_made_for_the_host():
    words = command(OTHER, BY_NAME["be1"], booted=False)
    assert "--keep-unit" in words
    assert "--directory=/var/lib/other-lab/hosts/be1/root" in words
    assert "--keep-unit" not in command(OTHER, BY_NAME["be1"], booted=True)
