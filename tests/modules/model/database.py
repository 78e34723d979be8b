"""PostgreSQL on a modelled host, and the API's database in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from tests.modules.model.area import Answer, Commands
from tests.modules.model.environments import Environments
from tests.modules.model.services import Services
from wod import apisettings
from wod.facts import END, postgresql
from wod.facts import apidatabase as api_facts
from wod.operations import apidatabase
from wod.operations import postgresql as operations


@dataclass
class Database(Environments, Services):
    clusters: set[str] = field(default_factory=set)
    included: bool = False
    access: list[str] = field(default_factory=list)
    port_holder: str = ""
    database_owner: str = ""
    migrated: bool = False
    catalogue: str = ""

    def read_memory(self, _a: list[str], _s: str) -> Answer:
        return ["3900", END]

    def read_cluster(self, arguments: list[str], _s: str) -> Answer:
        cluster, _configuration, data, _port = arguments
        made = data in self.clusters or (cluster and "postgresql" in self.packages)
        said = ["made=yes"] if made else []
        said += ["included=yes"] if cluster or self.included else []
        said += [f"holder={self.port_holder or cluster}"] if cluster else []
        return [*said, *(f"access={line}" for line in self.access), END]

    def make_cluster(self, _a: list[str], _s: str) -> None:
        self.clusters.add("/var/lib/pgsql/data")

    def include(self, _a: list[str], _s: str) -> None:
        self.included = True

    def let_in(self, arguments: list[str], text: str) -> None:
        self.access = [*text.splitlines(), postgresql.END_MARK]
        self.changed[arguments[0]] = self.clock

    def read_server(self, arguments: list[str], _s: str) -> Answer:
        if not any(unit.startswith("postgresql") for unit in self.started):
            raise LookupError("the server does not run")
        held = {"owner": self.database_owner, "encoding": "UTF8", "public": False} if self.database_owner else None
        plain = {"login": True, "powers": False, "verifier": None, "salt": None, "iterations": None}
        roles = {arguments[2]: plain} if self.database_owner == arguments[2] else {}
        return [json.dumps({"roles": roles, "database": held, "member": False, "acts": False}), END]

    def tell_server(self, _a: list[str], text: str) -> None:
        owner = re.search(r'CREATE DATABASE .* OWNER "([^"]+)"', text)
        self.database_owner = owner[1] if owner else self.database_owner

    def read_database(self, arguments: list[str], _s: str) -> Answer:
        missing = arguments[0] != apisettings.PROGRAM or apisettings.LINK not in self.parts
        said = [] if self.texts[arguments[2]] == self.catalogue else ["change workshop WKSHP-Bash: name"]
        code = 2 if missing else 0 if self.migrated else 1
        return [f"code={code}", *(f"said={line}" for line in said or ["Nothing to change."]), END]

    def migrate(self, arguments: list[str], _s: str) -> None:
        assert arguments[0].startswith(apisettings.LINK)
        self.migrated = True

    def sync(self, arguments: list[str], _s: str) -> None:
        self.catalogue = self.texts[arguments[2]]


COMMANDS = Commands(
    scripts={
        postgresql._MEMORY: "read_memory",
        postgresql._CLUSTER: "read_cluster",
        postgresql._DATABASE: "read_server",
        operations._MAKE: "make_cluster",
        operations._INCLUDE: "include",
        operations._ACCESS: "let_in",
        operations._SQL: "tell_server",
        api_facts._SCRIPT: "read_database",
        apidatabase.MIGRATE: "migrate",
        apidatabase._SYNC: "sync",
    }
)
