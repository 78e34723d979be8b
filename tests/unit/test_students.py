"""Planning a range of students, on plain data."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod.students import SHELL, Home, HostState, Plan, StudentRange, User, expected_acl, plan, ranges, sysusers

WANTED = StudentRange(first=2, last=4, uid_base=2000, gid_base=3000, folder="/student", admin="wodadmin")
ADMIN = 1001


def user(number: int, **changes: object) -> User:
    name = WANTED.name(number)
    right = User(name, WANTED.uid(number), WANTED.gid(number), WANTED.home(number), SHELL, name)
    return replace(right, **changes)


def home(number: int, **changes: object) -> Home:
    return replace(Home("d", WANTED.uid(number), WANTED.gid(number), 0o770, expected_acl(ADMIN)), **changes)


def state(users: list[User], groups: dict[str, int], homes: dict[str, Home]) -> HostState:
    return HostState({each.name: each for each in users}, groups, homes, ADMIN)


def complete() -> HostState:
    numbers = WANTED.numbers
    return state(
        [user(number) for number in numbers],
        {WANTED.name(number): WANTED.gid(number) for number in numbers},
        {WANTED.name(number): home(number) for number in numbers},
    )


def with_user(number: int, **changes: object) -> HostState:
    right = complete()
    return replace(right, users={**right.users, WANTED.name(number): user(number, **changes)})


def with_home(number: int, **changes: object) -> HostState:
    right = complete()
    return replace(right, homes={**right.homes, WANTED.name(number): home(number, **changes)})


def without(part: str, number: int) -> HostState:
    right = complete()
    rest = {name: each for name, each in getattr(right, part).items() if name != WANTED.name(number)}
    return replace(right, **{part: rest})


def with_group(name: str, gid: int) -> HostState:
    right = complete()
    return replace(right, groups={**right.groups, name: gid})


def test_a_complete_range_needs_nothing() -> None:
    assert plan(WANTED, complete()) == Plan()
    assert not plan(WANTED, complete()).changes


def test_a_fresh_host_gets_everything() -> None:
    assert plan(WANTED, state([], {}, {})) == Plan(create=(2, 3, 4), make_homes=(2, 3, 4))


@pytest.mark.parametrize(
    ("found", "todo"),
    [
        (without("users", 3), Plan(create=(3,))),
        (without("groups", 3), Plan(correct=(3,))),
        (without("homes", 3), Plan(make_homes=(3,))),
        (with_user(3, uid=9), Plan(correct=(3,))),
        (with_user(3, gid=9), Plan(correct=(3,))),
        (with_user(3, home="/tmp"), Plan(correct=(3,))),
        (with_user(3, shell="/bin/sh"), Plan(correct=(3,))),
        (with_user(3, comment="me"), Plan(correct=(3,))),
        (with_group("student3", 9), Plan(correct=(3,))),
        (with_home(3, uid=0), Plan(mend_homes=(3,))),
        (with_home(3, gid=0), Plan(mend_homes=(3,))),
        (with_home(3, mode=0o4770), Plan(mend_homes=(3,))),
        (with_home(3, acl=""), Plan(mend_homes=(3,))),
        (with_home(3, acl=expected_acl(ADMIN + 1)), Plan(mend_homes=(3,))),
    ],
)
def test_each_kind_of_drift_has_its_mend(found: HostState, todo: Plan) -> None:
    assert plan(WANTED, found) == todo


def test_students_who_have_one_anothers_ids_are_corrected_together() -> None:
    right = complete()
    swapped = {**right.users, "student2": user(2, uid=2003), "student3": user(3, uid=2002)}
    assert plan(WANTED, replace(right, users=swapped)) == Plan(correct=(2, 3))


def test_a_group_of_the_wrong_gid_is_corrected_before_its_account_is_made() -> None:
    gone = without("users", 3)
    assert plan(WANTED, replace(gone, groups={**gone.groups, "student3": 9})) == Plan(create=(3,), correct=(3,))


STRANGER = User("bob", 2003, 100, "/home/bob", "/bin/sh", "Bob")
FORMER = User("student9", 2003, 3009, "/student/student9", "/bin/bash", "student9")


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (replace(complete(), users={"bob": STRANGER}), "uid 2003 of student3 is taken by bob"),
        (replace(complete(), users={"student9": FORMER}), "uid 2003 of student3 is taken by student9"),
        (with_group("team", 3004), "gid 3004 of student4 is taken by the group team"),
        (with_home(2, kind="l"), "/student/student2 is not a folder; move it aside"),
        (with_home(2, kind="f"), "/student/student2 is not a folder; move it aside"),
        (
            replace(complete(), admin_uid=None),
            "the admin account wodadmin does not exist; run the system module first",
        ),
    ],
)
def test_a_conflict_is_said_and_nothing_is_done(found: HostState, sentence: str) -> None:
    todo = plan(WANTED, found)
    assert todo.conflicts == (sentence,)
    assert not todo.changes


def test_all_conflicts_are_said_at_once() -> None:
    found = replace(with_group("team", 3004), users={"bob": STRANGER}, admin_uid=None)
    assert len(plan(WANTED, found).conflicts) == 3


def test_students_outside_the_range_are_reported_only() -> None:
    right = complete()
    others = {f"student{number}": user(2, name=f"student{number}", uid=2000 + number) for number in (1, 5, 12)}
    assert plan(WANTED, replace(right, users={**right.users, **others})) == Plan(surplus=(1, 5, 12))


# --- properties: states near the wanted one, with drift of every kind and other people's accounts

NEAR = st.integers(0, 6)  # the range is 2 to 4


@st.composite
def states(draw: st.DrawFn) -> HostState:
    def some(each: st.SearchStrategy) -> list:
        return draw(st.lists(each, max_size=5))

    ids = st.integers(0, 7).map(lambda number: 2000 + number)
    users = st.builds(user, NEAR, uid=ids, gid=ids.map(lambda each: each + 1000), shell=st.sampled_from([SHELL, "/x"]))
    groups = st.tuples(NEAR.map(WANTED.name), ids.map(lambda each: each + 1000))
    acls = st.sampled_from([expected_acl(ADMIN), ""])
    homes = st.tuples(NEAR.map(WANTED.name), st.builds(home, NEAR, acl=acls, kind=st.sampled_from("dddl")))
    strangers = st.builds(replace, st.just(STRANGER), uid=ids)
    people = [*some(users), *draw(st.lists(strangers, max_size=1))]
    return HostState(
        {each.name: each for each in people},
        dict(some(groups)),
        dict(some(homes)),
        draw(st.sampled_from([ADMIN, None])),
    )


def applied(todo: Plan, found: HostState) -> HostState:
    """The state that the commands of a plan leave behind."""
    users, groups, homes = dict(found.users), dict(found.groups), dict(found.homes)
    for number in (*todo.correct, *todo.create):
        name = WANTED.name(number)
        groups[name] = WANTED.gid(number)
        if name in users or number in todo.create:
            users[name] = user(number)
    for number in (*todo.make_homes, *todo.mend_homes):
        homes[WANTED.name(number)] = home(number)
    return replace(found, users=users, groups=groups, homes=homes)


@given(states())
def test_what_a_plan_leaves_behind_needs_no_plan(found: HostState) -> None:
    todo = plan(WANTED, found)
    if todo.conflicts:
        assert not todo.changes
    else:
        assert not plan(WANTED, applied(todo, found)).changes
        assert plan(WANTED, applied(todo, found)).conflicts == ()


@given(states())
def test_a_plan_stays_within_the_range_and_in_order(found: HostState) -> None:
    todo = plan(WANTED, found)
    for numbers in (todo.create, todo.correct, todo.make_homes, todo.mend_homes):
        assert set(numbers) <= set(WANTED.numbers)
        assert list(numbers) == sorted(set(numbers))
    assert not set(todo.surplus) & set(WANTED.numbers)
    assert not set(todo.make_homes) & set(todo.mend_homes)


@given(states())
def test_a_home_that_exists_is_never_made(found: HostState) -> None:
    assert not {WANTED.name(number) for number in plan(WANTED, found).make_homes} & set(found.homes)


# --- words and files


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], ""), ([7], "7"), ([1, 2, 3], "1-3"), ([3, 1, 2, 25], "1-3, 25"), ([1, 3, 4, 9], "1, 3-4, 9")],
)
def test_ranges(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text


@given(st.sets(st.integers(0, 200)))
def test_ranges_name_every_number_once(numbers: set[int]) -> None:
    named = [part.partition("-") for part in ranges(numbers).split(", ") if part]
    assert [n for low, _, high in named for n in range(int(low), int(high or low) + 1)] == sorted(numbers)


def test_sysusers_makes_the_group_before_the_account() -> None:
    lines = sysusers(WANTED, [2]).splitlines()
    assert [shlex.split(line) for line in lines] == [
        ["g", "student2", "3002"],
        ["u", "student2", "2002:3002", "student2", "/student/student2", "/bin/bash"],
    ]


def test_a_range_knows_its_size() -> None:
    assert len(WANTED) == 3
    assert list(WANTED.numbers) == [2, 3, 4]
