"""What ufw and firewalld let in, as hosts print it, and the ports that count as SSH's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands import run
from tests.fixtures import lines
from wod import shell
from wod.facts.firewall import SCRIPTS, Firewall, Opening, network, parse

SSH, HUB = Opening("22"), Opening("8000")
PORTS = st.integers(1, 65535).map(str)
NETWORKS = st.one_of(
    st.just(""),
    st.ip_addresses().map(str),
    st.tuples(st.ip_addresses(v=4), st.integers(1, 32)).map(lambda pair: network(f"{pair[0]}/{pair[1]}")),
)


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("9100", Opening("9100", "tcp")),
        ("9100/udp", Opening("9100", "udp")),
        ("60000-61000/udp", Opening("60000:61000", "udp")),
        ("60000:61000/udp", Opening("60000:61000", "udp")),
        ("80-80/tcp", Opening("80")),
        ("9100/tcp from 10.0.0.0/8", Opening("9100", "tcp", "10.0.0.0/8")),
        ("9100/tcp from 10.0.0.0/255.0.0.0", Opening("9100", "tcp", "10.0.0.0/8")),
        ("9100/tcp from 192.0.2.7/32", Opening("9100", "tcp", "192.0.2.7")),
        ("9100/tcp from fd00::/8", Opening("9100", "tcp", "fd00::/8")),
        ("9100/tcp from 0.0.0.0/0", Opening("9100")),
        (" 22 ", SSH),
    ],
)
def test_parse(text: str, opening: Opening) -> None:
    assert Opening.parse(text) == opening


@pytest.mark.parametrize(
    "text", ["", "ssh", "22/sctp", "22 from", "22 from home", "-1", "22/tcp; reboot", "22/tcp from a b"]
)
def test_parse_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Opening.parse(text)


@given(PORTS, st.sampled_from(["tcp", "udp"]), NETWORKS)
def test_an_opening_survives_being_written_and_read(port: str, proto: str, source: str) -> None:
    opening = Opening(port, proto, source)
    assert Opening.parse(str(opening)) == opening


@pytest.mark.parametrize("distribution", ["debian12", "debian13"])
def test_ufw_of_real_hosts(distribution: str) -> None:
    state = Firewall().process(lines(f"{distribution}/ufw"))
    assert state is not None
    assert (state.active, state.denies_by_default, state.ssh) == (True, True, {"22"})
    assert state.allowed == state.live == {SSH, HUB}
    assert state.half == state.limited == state.services == set()


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ("allow tcp 9100 0.0.0.0/0 any 10.0.0.0/8 in", {Opening("9100", "tcp", "10.0.0.0/8")}),
        ("allow tcp 8080:8090 0.0.0.0/0 any 0.0.0.0/0 in", {Opening("8080:8090")}),
        ("allow any 53 0.0.0.0/0 any 0.0.0.0/0 in", {Opening("53", "any")}),
        ("allow udp 53 0.0.0.0/0 any 0.0.0.0/0 in comment=444e53", {Opening("53", "udp")}),
        ("deny tcp 22 0.0.0.0/0 any 203.0.113.9 in", set()),
        ("reject tcp 22 0.0.0.0/0 any 203.0.113.9 in", set()),
        ("limit tcp 22 0.0.0.0/0 any 0.0.0.0/0 in", set()),
        ("allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 out", set()),
        ("allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in_eth0", set()),
        ("allow tcp 22 192.0.2.1 any 0.0.0.0/0 in", set()),
        ("allow tcp 22 0.0.0.0/0 1024 0.0.0.0/0 in", set()),
        ("allow any any 0.0.0.0/0 any 10.0.0.0/8 in", set()),
        ("allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 OpenSSH - in", set()),
        ("route:allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in", set()),
    ],
)
def test_rules_of_ufw(rule: str, allowed: set[Opening]) -> None:
    """Rules of another kind than ours are left alone, so they are not even seen."""
    assert parse([f"rule={rule}"]).allowed == allowed


def test_a_limit_rule_is_kept_apart() -> None:
    state = parse(["rule=limit tcp 22 0.0.0.0/0 any 0.0.0.0/0 in", "rule6=limit tcp 22 ::/0 any ::/0 in"])
    assert (state.limited, state.allowed) == ({SSH}, set())


@pytest.mark.parametrize(("ipv6", "half"), [("yes", {SSH, HUB}), ("no", set())])
def test_a_rule_that_one_ip_version_lacks(ipv6: str, half: set[Opening]) -> None:
    """`ufw delete 3` removes the rule of one version only."""
    state = parse(
        [f"ipv6={ipv6}", "rule=allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in", "rule6=allow tcp 8000 ::/0 any ::/0 in"]
    )
    assert state.half == half
    assert state.allowed == {SSH, HUB}


@pytest.mark.parametrize(
    ("rule", "live"),
    [
        ("-A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT", {SSH}),
        ("-A ufw-user-input -s 10.0.0.0/8 -p tcp -m tcp --dport 9 -j ACCEPT", {Opening("9", "tcp", "10.0.0.0/8")}),
        ("-A ufw-user-input -s 192.0.2.7/32 -p udp -m udp --dport 9 -j ACCEPT", {Opening("9", "udp", "192.0.2.7")}),
        ("-A ufw-user-input -p tcp -m multiport --dports 80:90 -j ACCEPT", {Opening("80:90")}),
        ("-A ufw-user-input -s 203.0.113.9/32 -p tcp -m tcp --dport 22 -j DROP", set()),
        ("-A ufw-user-input -s 10.0.0.0/8 -j ACCEPT", set()),
        ("-N ufw-user-input", set()),
    ],
)
def test_live_rules(rule: str, live: set[Opening]) -> None:
    assert parse([f"live={rule}"]).live == live


def test_an_opening_for_an_ipv6_network_is_live_in_ip6tables() -> None:
    opening = Opening("9100", "tcp", "fd00::/8")
    state = parse(
        [
            "rule6=allow tcp 9100 ::/0 any fd00::/8 in",
            "live6=-A ufw6-user-input -s fd00::/8 -p tcp -m tcp --dport 9100 -j ACCEPT",
            "live6=-A ufw6-user-input -p tcp -m tcp --dport 22 -j ACCEPT",
        ]
    )
    assert state.allowed == state.live == {opening}


def test_firewalld() -> None:
    state = Firewall().process(lines("rocky9/firewalld"))
    assert state is not None
    assert (state.active, state.ssh, state.services) == (True, {"22"}, {"cockpit", "dhcpv6-client", "ssh"})
    assert state.live == {HUB, Opening("60000:61000", "udp")}
    assert state.allowed - state.live == {
        Opening("9100", "tcp", "10.0.0.0/8"),
        Opening("9100:9110", "tcp", "fd00::/8"),
        Opening("5432", "tcp", "192.0.2.7"),
    }


def test_firewalld_that_does_not_run() -> None:
    state = Firewall().process(lines("rocky9/firewalld-stopped"))
    assert state is not None
    assert (state.active, state.services) == (False, {"cockpit", "dhcpv6-client", "ssh"})


LISTENING = """\
LISTEN 0      128          0.0.0.0:22        0.0.0.0:* ino:1 sk:1 cgroup:/system.slice/ssh.service <->
LISTEN 0      128             [::]:2222         [::]:* ino:2 sk:2 cgroup:/system.slice/ssh.socket v6only:1 <->
LISTEN 0      5          127.0.0.1:7777      0.0.0.0:* uid:2003 ino:3 sk:3 <->
LISTEN 0      5            0.0.0.0:9999      0.0.0.0:* uid:2003 ino:4 sk:4 <->"""
CONNECTED = """\
0 0 10.0.0.1:22 10.0.0.9:50000 users:(("sshd",pid=9,fd=4)) timer:(keepalive,29min,0) ino:5 sk:5 <->
0 0 [::ffff:10.0.0.1]:2222 [::ffff:10.0.0.9]:5000 users:(("sshd-session",pid=8,fd=7)) ino:6 sk:6 <->
0 0 127.0.0.1:7777 127.0.0.1:51000 users:(("sshd",pid=7,fd=9)) uid:2003 ino:7 sk:7 <->
0 0 127.0.0.1:41000 127.0.0.1:8000 users:(("sshd",pid=6,fd=9)) ino:8 sk:8 <->
0 0 10.0.0.1:9999 10.0.0.9:52000 users:(("sshd",pid=5,fd=3)) uid:2003 ino:9 sk:9 <->
0 0 127.0.0.1:8081 127.0.0.1:42994 users:(("jupyterhub",pid=4,fd=6)) ino:10 sk:10 <->"""


def test_only_ports_of_roots_sshd_count_as_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A student who calls a program sshd, or forwards a port, must not open the firewall."""
    (tmp_path / "sshd").write_text("#!/bin/sh\necho port 2200\necho addressfamily any\n")
    (tmp_path / "listening").write_text(f"{LISTENING}\n")
    (tmp_path / "connected").write_text(f"{CONNECTED}\n")
    (tmp_path / "ss").write_text('#!/bin/sh\ncd "${0%/*}"\ncase $1 in *l*) cat listening ;; *) cat connected ;; esac\n')
    for tool in ("sshd", "ss"):
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    state = Firewall().process(run(shell.script(SCRIPTS["firewalld"])).stdout.splitlines())
    assert state is not None
    assert state.ssh == {"22", "2200", "2222"}
