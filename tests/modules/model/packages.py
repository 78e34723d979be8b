"""The distribution's packages on a modelled host."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.modules.model.area import Answer, Area, Commands
from wod.facts import END
from wod.facts import packages as facts
from wod.operations import packages as operations


@dataclass
class Packages(Area):
    packages: set[str] = field(default_factory=set)

    def read_missing(self, names: list[str], _s: str) -> Answer:
        return [*(name for name in names if name not in self.packages), END]

    def read_offered(self, _names: list[str], _s: str) -> Answer:
        return [END]

    def install(self, names: list[str], _s: str) -> None:
        self.packages |= set(names)


COMMANDS = Commands(
    scripts={
        **dict.fromkeys(facts.QUERIES.values(), "read_missing"),
        **dict.fromkeys(facts._OFFERED.values(), "read_offered"),
        **dict.fromkeys(operations.INSTALLERS.values(), "install"),
    }
)
