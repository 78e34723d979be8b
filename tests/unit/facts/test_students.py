"""The students of real hosts, and what their plan says."""

from __future__ import annotations

import pytest

from tests.fixtures import lines
from wod.facts.students import HubUsers, StudentState
from wod.students import StudentRange, expected_acl, plan

RANGE = StudentRange(1, 20, 2000, 2000, "/student", "wodadmin")


@pytest.mark.parametrize("distribution", ["debian12", "debian13"])
def test_a_rolled_out_host_needs_nothing(distribution: str) -> None:
    state = StudentState().process(lines(f"{distribution}/students"))
    assert state is not None
    assert state.admin_uid is not None
    assert state.homes["student7"].acl == expected_acl(state.admin_uid)
    assert not plan(RANGE, state).changes
    assert plan(RANGE, state).conflicts == ()


@pytest.mark.parametrize("distribution", ["debian12", "debian13"])
def test_hub_users_of_a_rolled_out_host(distribution: str) -> None:
    users = HubUsers().process(lines(f"{distribution}/hubusers"))
    assert users is not None
    assert list(users) == [RANGE.name(number) for number in RANGE.numbers]
    assert [name for name, busy in users.items() if busy] == ["student4"]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "7", '{"users":[]}', '{"users":[["x"]],"homes":{},"groups":[],"acls":[]}']
)
def test_nonsense_is_not_read(text: str) -> None:
    assert StudentState().process([text]) is None
