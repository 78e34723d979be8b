"""Which commands bring systemd units to run what is on disk."""

from __future__ import annotations

import pytest

from tests.commands import words
from wod.facts.services import Services, UnitState
from wod.operations.services import Unit, plan

FILE = "/etc/hub.conf"
HUB = Unit("hub.service", watch=(FILE,), check="hub --test")
RUNNING = UnitState(active=True, enabled=True, exists=True, since=100)


def planned(unit: Unit, state: UnitState, changed: float = 50) -> list[str]:
    """The commands, those that act shortened to ``VERB UNIT``."""
    commands = [words(command) for command in plan([unit], Services({unit.name: state}, {FILE: changed}))]
    return [" ".join(each[1:]) if each[0] == "systemctl" else f"{each[5]} {each[4]}" for each in commands]


START = ["start hub.service"]


@pytest.mark.parametrize(
    ("state", "commands"),
    [
        (RUNNING, []),
        (UnitState(enabled=True, exists=True), START),
        (UnitState(enabled=True, exists=True, failed=True), START),
        (UnitState(active=True, exists=True, since=100), ["enable hub.service"]),
        (UnitState(exists=True), ["enable hub.service", *START]),
        (UnitState(), ["daemon-reload", "enable hub.service", *START]),
        (UnitState(active=True, enabled=True, exists=True, needs_reload=True, since=100), ["daemon-reload"]),
        (
            UnitState(exists=True, masked=True),
            ["unmask hub.service", "daemon-reload", "enable hub.service", *START],
        ),
    ],
)
def test_each_state_has_its_commands(state: UnitState, commands: list[str]) -> None:
    assert planned(HUB, state) == commands


@pytest.mark.parametrize(("changed", "commands"), [(0, []), (100, []), (100.2, ["restart hub.service"])])
def test_a_unit_older_than_a_file_it_reads_is_restarted(changed: float, commands: list[str]) -> None:
    assert planned(HUB, RUNNING, changed) == commands


def test_a_restart_may_have_another_reason() -> None:
    assert planned(Unit("x.service", restart_if=lambda: True), RUNNING) == ["restart x.service"]
    assert planned(Unit("x.service", restart_if=lambda: False), RUNNING) == []


@pytest.mark.parametrize(
    ("state", "commands"),
    [
        (RUNNING, ["disable --now hub.service"]),
        (UnitState(enabled=True, exists=True), ["disable --now hub.service"]),
        (UnitState(exists=True), []),
        (UnitState(), []),
        (UnitState(exists=True, masked=True), []),
    ],
)
def test_a_unit_that_is_not_wanted_is_stopped(state: UnitState, commands: list[str]) -> None:
    assert planned(Unit("hub.service", wanted=False), state) == commands


def test_the_check_comes_with_the_restart() -> None:
    command = next(plan([HUB], Services({"hub.service": RUNNING}, {FILE: 101})))
    assert words(command)[4:] == ["hub.service", "restart", "hub --test"]


def test_units_are_started_in_their_order_after_one_reload() -> None:
    units = [Unit("b.service"), Unit("a.service")]
    commands = [words(each) for each in plan(units, Services({"a.service": UnitState(), "b.service": UnitState()}, {}))]
    assert commands[:2] == [["systemctl", "daemon-reload"], ["systemctl", "enable", "b.service", "a.service"]]
    assert [each[4] for each in commands[2:]] == ["b.service", "a.service"]
