"""The units of a modelled host's systemd, since when they run, and whether what they serve answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.modules.model.area import Answer, Commands
from tests.modules.model.files import Files
from tests.modules.model.firewall import Firewall
from tests.modules.model.packages import Packages
from wod.facts import END
from wod.facts import services as facts
from wod.operations import health


@dataclass
class Services(Firewall, Files, Packages):
    enabled: set[str] = field(default_factory=set)
    masked: set[str] = field(default_factory=set)
    started: dict[str, int] = field(default_factory=dict)
    answering: bool = False

    def read_services(self, arguments: list[str], _s: str) -> Answer:
        units, *watched = arguments
        said = [line for unit in units.split() for line in self._unit(unit)]
        return [*said, *(f"watched={self.changed.get(path, 0)} {path}" for path in watched), END]

    def _unit(self, unit: str) -> Answer:
        brought = {"chronyd", "systemd-timesyncd", *(name.removesuffix("-server") for name in self.packages)}
        there = f"/etc/systemd/system/{unit}" in self.paths or re.split("[@.]", unit)[0] in brought
        load = "masked" if unit in self.masked else "loaded" if there else "not-found"
        state = "enabled" if unit in self.enabled else "disabled" if there else ""
        active = "active" if unit in self.started else "inactive"
        since = self.started.get(unit, 0)
        return [
            f"unit={unit}",
            f"LoadState={load}",
            f"ActiveState={active}",
            f"UnitFileState={state}",
            f"Since={since}",
        ]

    def systemctl(self, words: list[str], _s: str) -> None:
        verb, *names = [word for word in words if word != "--now"]
        if names == ["firewalld.service"]:
            self.firewall = True
        elif verb == "enable":
            self.enabled |= set(names)
        elif verb == "unmask":
            self.masked -= set(names)
        elif verb == "disable":
            self.enabled -= set(names)
            self.started = {name: since for name, since in self.started.items() if name not in names}

    def act(self, arguments: list[str], _s: str) -> None:
        self.started[arguments[0]] = self.clock

    def read_health(self, _a: list[str], _s: str) -> Answer:
        return ["200" if self.answering else "000", END]

    def wait_for(self, _a: list[str], _s: str) -> None:
        self.answering = True


COMMANDS = Commands(
    scripts={facts._SCRIPT: "read_services", health._ASK: "read_health", health._WAIT: "wait_for"},
    fragments={"reset-failed": "act"},
    tools={"systemctl": "systemctl"},
)
