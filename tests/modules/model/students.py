"""The student accounts and homes of a modelled host, and the users of its Hub."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field

from tests.modules.model.area import Answer, Commands
from tests.modules.model.services import Services
from tests.modules.model.system import System
from wod.operations import students as operations
from wod.students import Home, User, expected_acl

ADMIN_UID = 1001


@dataclass
class Students(System, Services):
    users: dict[str, User] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    hub: set[str] = field(default_factory=set)

    def read_students(self, _a: list[str], _s: str) -> Answer:
        users = [[u.name, u.uid, u.gid, u.home, u.shell, u.comment] for u in self.users.values()]
        acls = sorted({home.acl for home in self.homes.values()})
        homes = {n: [h.kind, h.uid, h.gid, h.mode, acls.index(h.acl)] for n, h in self.homes.items()}
        groups = [[u.name, u.gid] for u in self.users.values()]
        found = {"users": users, "groups": groups, "homes": homes, "acls": acls}
        return [json.dumps({**found, "admin": ADMIN_UID if "account" in self.admin else None})]

    def make_students(self, _a: list[str], text: str) -> None:
        for line in text.splitlines():
            kind, name, *rest = shlex.split(line)
            if kind == "u":
                uid, gid = map(int, rest[0].split(":"))
                self.users[name] = User(name, uid, gid, rest[2], rest[3], rest[1])

    def change_homes(self, _a: list[str], text: str) -> None:
        for name in text.split():
            user = self.users[name]
            self.homes[name] = Home("d", user.uid, user.gid, 0o770, expected_acl(ADMIN_UID))

    def remove_students(self, _a: list[str], text: str) -> None:
        for name in text.split():
            self.users.pop(name, None)
            self.homes.pop(name, None)

    def read_hub(self, _a: list[str], _s: str) -> Answer:
        if "jupyterhub.service" not in self.started:
            raise LookupError("the Hub does not run")
        return [json.dumps(dict.fromkeys(sorted(self.hub), False))]

    def add_hub_users(self, _a: list[str], text: str) -> None:
        self.hub |= set(text.split())

    def remove_hub_users(self, _a: list[str], text: str) -> None:
        self.hub -= set(text.split())


COMMANDS = Commands(
    scripts={operations._CREATE: "make_students"},
    programs={
        ("student_state", ""): "read_students",
        ("student_homes", "make"): "change_homes",
        ("student_homes", "mend"): "change_homes",
        ("student_removal", ""): "remove_students",
        ("hub_users", "list"): "read_hub",
        ("hub_users", "add"): "add_hub_users",
        ("hub_users", "remove"): "remove_hub_users",
    },
)
