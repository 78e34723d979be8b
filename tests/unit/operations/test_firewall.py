"""Plans for ufw and firewalld: open first, close last, never lock anybody out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands import words
from tests.fixtures import lines
from wod.facts.firewall import Firewall, FirewallState, Opening
from wod.operations.firewall import plan_firewalld, plan_ufw, wanted_openings

SSH, HUB, EXTRA = Opening("22"), Opening("8000"), Opening("9100", "tcp", "10.0.0.0/8")
WANTED = {SSH, HUB}
RIGHT = FirewallState(True, True, frozenset({"22"}), frozenset(WANTED), live=frozenset(WANTED))
ENABLE = "ufw --force enable"


def ufw(wanted: set[Opening], state: FirewallState) -> list[str]:
    return [" ".join(words(command)) for command in plan_ufw(wanted, state)]


def firewalld(wanted: set[Opening], state: FirewallState) -> list[str]:
    return [" ".join(words(command)) for command in plan_firewalld(wanted, state)]


def allow(port: str, source: str = "any", verb: str = "allow") -> str:
    return f"ufw {verb} proto tcp from {source} to any port {port}"


def delete(port: str, source: str = "any") -> str:
    return allow(port, source, "--force delete allow")


def test_ssh_is_always_wanted() -> None:
    assert wanted_openings([HUB], FirewallState(ssh=frozenset({"22", "2222"}))) == {SSH, Opening("2222"), HUB}


def test_ufw_as_it_should_be() -> None:
    assert ufw(WANTED, RIGHT) == []


def test_ufw_on_a_fresh_host_lets_ssh_in_before_it_is_enabled() -> None:
    fresh = FirewallState(active=False, ssh=frozenset({"22"}))
    assert ufw(WANTED, fresh) == [allow("22"), allow("8000"), ENABLE]


@pytest.mark.parametrize(
    ("state", "commands"),
    [
        (replace(RIGHT, allowed=frozenset({SSH})), [allow("8000")]),
        (replace(RIGHT, half=frozenset({HUB})), [allow("8000")]),
        (replace(RIGHT, denies_by_default=False), ["ufw default deny incoming"]),
        (replace(RIGHT, active=False), [ENABLE]),
        (replace(RIGHT, live=frozenset({SSH})), ["ufw reload"]),
        (replace(RIGHT, allowed=RIGHT.allowed | {Opening("23")}), [delete("23")]),
        (replace(RIGHT, allowed=RIGHT.allowed | {EXTRA}), [delete("9100", "10.0.0.0/8")]),
        (replace(RIGHT, allowed=frozenset({HUB}), limited=frozenset({SSH})), []),
        (replace(RIGHT, limited=frozenset({Opening("23")})), []),
    ],
)
def test_ufw_mends_each_kind_of_drift(state: FirewallState, commands: list[str]) -> None:
    assert ufw(WANTED, state) == commands


OPENINGS = st.frozensets(
    st.builds(
        Opening, st.integers(20, 25).map(str), st.sampled_from(["tcp", "udp"]), st.sampled_from(["", "10.0.0.0/8"])
    )
)
STATES = st.builds(
    FirewallState, st.booleans(), st.booleans(), st.just(frozenset({"22"})), OPENINGS, limited=OPENINGS, live=OPENINGS
)


@given(OPENINGS, STATES)
def test_nobody_is_ever_locked_out(openings: frozenset[Opening], state: FirewallState) -> None:
    commands = ufw(wanted_openings(openings, state), state)
    assert delete("22") not in commands
    before = commands[: commands.index(ENABLE)] if ENABLE in commands else commands
    assert SSH in state.allowed | state.limited or allow("22") in before


@given(OPENINGS, STATES)
def test_surplus_is_closed_last(openings: frozenset[Opening], state: FirewallState) -> None:
    closing = [" delete " in command for command in ufw(wanted_openings(openings, state), state)]
    assert closing == sorted(closing)


# --- firewalld: RHEL cannot run here, so these are the commands for what its tools print


def rhel(name: str) -> FirewallState:
    state = Firewall().process(lines(f"rocky9/{name}"))
    assert state is not None
    return state


PERMANENT, RELOAD = "firewall-cmd --quiet --permanent", "firewall-cmd --quiet --reload"


def test_firewalld_as_it_should_be() -> None:
    state = rhel("firewalld")
    wanted = set(state.allowed)
    assert firewalld(wanted, replace(state, services=frozenset({"ssh"}))) == []


def test_firewalld_opens_closes_and_reloads_once() -> None:
    state = rhel("firewalld")
    wanted = {SSH, HUB, EXTRA, Opening("9200", "tcp", "fd12::/16")}
    assert firewalld(wanted, state) == [
        f"{PERMANENT} --add-port=22/tcp",
        f'{PERMANENT} --add-rich-rule=rule family="ipv6" source address="fd12::/16" '
        'port port="9200" protocol="tcp" accept',
        f'{PERMANENT} --remove-rich-rule=rule family="ipv4" source address="192.0.2.7" '
        'port port="5432" protocol="tcp" accept',
        f"{PERMANENT} --remove-port=60000-61000/udp",
        f'{PERMANENT} --remove-rich-rule=rule family="ipv6" source address="fd00::/8" '
        'port port="9100-9110" protocol="tcp" accept',
        f"{PERMANENT} --remove-service=cockpit",
        RELOAD,
    ]


def test_firewalld_that_does_not_run_lets_ssh_in_before_it_starts() -> None:
    state = rhel("firewalld-stopped")
    assert firewalld(wanted_openings([HUB], state), state) == [
        "firewall-offline-cmd --quiet --add-port=2222/tcp",
        "firewall-offline-cmd --quiet --add-port=8000/tcp",
        "systemctl enable --now firewalld.service",
        f"{PERMANENT} --remove-service=cockpit",
        RELOAD,
    ]


def test_firewalld_takes_over_what_is_not_live() -> None:
    state = replace(rhel("firewalld"), live=frozenset(), services=frozenset({"ssh"}))
    assert firewalld(set(state.allowed), state) == [RELOAD]
