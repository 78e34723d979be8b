"""The student accounts and homes of a host, and the Hub's users, each read by one command for any number of them."""

from __future__ import annotations

import json

from pyinfra.api import FactBase, StringCommand

from wod import remote
from wod.hub import HubAccess
from wod.students import Home, HostState, StudentRange, User


class StudentState(FactBase):
    """:class:`~wod.students.HostState` for a range, or ``None`` when it could not be read."""

    def command(self, wanted: StudentRange) -> StringCommand:
        first, last = wanted.first, wanted.last
        ids = (wanted.uid(first), wanted.uid(last), wanted.gid(first), wanted.gid(last))
        return remote.program("student_state", wanted.folder, wanted.admin, *ids)

    def process(self, output: list[str]) -> HostState | None:
        return parse_students("".join(output))


def parse_students(text: str) -> HostState | None:
    """The JSON line of ``wod/remote/student_state.py``."""
    try:
        data = json.loads(text)
        users = {row[0]: User(*row) for row in data["users"]}
        acls = data["acls"]
        homes = {name: Home(row[0], row[1], row[2], row[3], acls[row[4]]) for name, row in data["homes"].items()}
        return HostState(users, dict(data["groups"]), homes, data["admin"])
    except (ValueError, LookupError, TypeError):
        return None


class HubUsers(FactBase):
    """``{name: has a running server}`` of the Hub's student users, or ``None`` when it could not be read."""

    def command(self, hub: HubAccess) -> StringCommand:
        return remote.program("hub_users", "list", hub.url, hub.token_file)

    def process(self, output: list[str]) -> dict[str, bool] | None:
        try:
            return dict(json.loads("".join(output)))
        except (ValueError, TypeError):
            return None
