"""Student accounts, purely: what a range of students should be, and what to do about what is.

Nothing here talks to a host. :class:`wod.facts.students.StudentState` reads one, :mod:`wod.operations.students` acts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NAME = re.compile(r"student(\d+)")
SHELL = "/bin/bash"
NO_LOGIN_YET = "!*"
"""What systemd-sysusers writes into shadow(5): locked until a password is set."""


@dataclass(frozen=True)
class StudentRange:
    """The students ``first`` to ``last`` of one backend: names, ids and homes follow from the number alone."""

    first: int
    last: int
    uid_base: int
    gid_base: int
    folder: str
    admin: str

    def __len__(self) -> int:
        return self.last - self.first + 1

    @property
    def numbers(self) -> range:
        return range(self.first, self.last + 1)

    def name(self, number: int) -> str:
        return f"student{number}"

    def uid(self, number: int) -> int:
        return self.uid_base + number

    def gid(self, number: int) -> int:
        return self.gid_base + number

    def home(self, number: int) -> str:
        return f"{self.folder}/student{number}"


@dataclass(frozen=True)
class User:
    """One line of passwd(5)."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    comment: str


@dataclass(frozen=True)
class Home:
    """One home: ``kind`` d, l or f; ``acl`` is the access and default ACL as text, ``;`` between them."""

    kind: str
    uid: int
    gid: int
    mode: int
    acl: str


@dataclass(frozen=True)
class HostState:
    """What a host has: accounts and groups that are students' or hold ids of the range, homes, the admin's uid."""

    users: Mapping[str, User]
    groups: Mapping[str, int]
    homes: Mapping[str, Home]
    admin_uid: int | None


@dataclass(frozen=True)
class Plan:
    """What to do, as student numbers in ascending order. ``conflicts`` are sentences; with one, nothing is done."""

    conflicts: tuple[str, ...] = ()
    create: tuple[int, ...] = ()
    correct: tuple[int, ...] = ()
    make_homes: tuple[int, ...] = ()
    mend_homes: tuple[int, ...] = ()
    surplus: tuple[int, ...] = ()

    @property
    def changes(self) -> bool:
        return bool(self.create or self.correct or self.make_homes or self.mend_homes)


def expected_acl(admin_uid: int) -> str:
    """A home's ACL: its student and the admin account, nobody else; the same for whatever is made in it."""
    rights = ",".join(sorted(["u::rwx", f"u:{admin_uid}:rwx", "g::---", "m::rwx", "o::---"]))
    return f"{rights};{rights}"


def ids_taken(wanted: StudentRange, state: HostState) -> list[str]:
    """One sentence for each uid or gid of the range that belongs to somebody outside it.

    Students of the range that have one another's ids are no conflict: all of them are corrected together.
    """
    own = {wanted.name(number) for number in wanted.numbers}
    uids = {wanted.uid(number): wanted.name(number) for number in wanted.numbers}
    gids = {wanted.gid(number): wanted.name(number) for number in wanted.numbers}
    taken = [
        f"uid {user.uid} of {uids[user.uid]} is taken by {user.name}"
        for user in state.users.values()
        if user.uid in uids and user.name not in own
    ]
    taken += [
        f"gid {gid} of {gids[gid]} is taken by the group {name}"
        for name, gid in state.groups.items()
        if gid in gids and name not in own
    ]
    return sorted(taken)


def _account_is_right(wanted: StudentRange, number: int, state: HostState) -> bool:
    """As far as it exists; but a group of the wrong gid must be corrected before its account can be made."""
    name = wanted.name(number)
    expected = User(name, wanted.uid(number), wanted.gid(number), wanted.home(number), SHELL, name)
    if name not in state.users:
        return state.groups.get(name, expected.gid) == expected.gid
    return state.users[name] == expected and state.groups.get(name) == expected.gid


def _home_is_right(wanted: StudentRange, number: int, home: Home, acl: str) -> bool:
    owner = (home.uid, home.gid) == (wanted.uid(number), wanted.gid(number))
    return owner and home.acl == acl and not home.mode & 0o7000


def _not_folders(wanted: StudentRange, state: HostState) -> list[str]:
    names = [wanted.name(number) for number in wanted.numbers]
    odd = [name for name in names if name in state.homes and state.homes[name].kind != "d"]
    return [f"{wanted.folder}/{name} is not a folder; move it aside" for name in odd]


def surplus_students(wanted: StudentRange, state: HostState) -> tuple[int, ...]:
    """Numbers of student accounts outside the range: reported, never removed."""
    numbers = (int(match[1]) for name in state.users if (match := NAME.fullmatch(name)))
    return tuple(sorted(number for number in numbers if number not in wanted.numbers))


def plan(wanted: StudentRange, state: HostState) -> Plan:
    """What makes ``state`` the wanted range. Contents of homes are nobody's business here."""
    conflicts = ids_taken(wanted, state) + _not_folders(wanted, state)
    if state.admin_uid is None:
        conflicts.append(f"the admin account {wanted.admin} does not exist; run the system module first")
    if conflicts or state.admin_uid is None:
        return Plan(conflicts=tuple(conflicts), surplus=surplus_students(wanted, state))
    acl = expected_acl(state.admin_uid)
    missing = [number for number in wanted.numbers if wanted.name(number) not in state.users]
    wrong = [number for number in wanted.numbers if not _account_is_right(wanted, number, state)]
    homeless = [number for number in wanted.numbers if wanted.name(number) not in state.homes]
    housed = [number for number in wanted.numbers if wanted.name(number) in state.homes]
    return Plan(
        create=tuple(missing),
        correct=tuple(wrong),
        make_homes=tuple(homeless),
        mend_homes=tuple(
            number for number in housed if not _home_is_right(wanted, number, state.homes[wanted.name(number)], acl)
        ),
        surplus=surplus_students(wanted, state),
    )


def ranges(numbers: Iterable[int]) -> str:
    """Numbers for people: ``1-20, 25``."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number])
    return ", ".join("-".join(map(str, part)) for part in parts)


def sysusers(wanted: StudentRange, numbers: Iterable[int]) -> str:
    """The accounts and groups of ``numbers`` as sysusers.d(5)."""
    lines = []
    for number in numbers:
        name, uid, gid = wanted.name(number), wanted.uid(number), wanted.gid(number)
        lines.append(f"g {name} {gid}")
        lines.append(f'u {name} {uid}:{gid} "{name}" {wanted.home(number)} {SHELL}')
    return "\n".join(lines)
