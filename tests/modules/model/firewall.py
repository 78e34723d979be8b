"""The firewall of a modelled host, ufw or firewalld."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.modules.model.area import Answer, Area, Commands
from wod.facts import END
from wod.facts.firewall import SCRIPTS, Opening


@dataclass
class Firewall(Area):
    openings: set[Opening] = field(default_factory=set)
    services: set[str] = field(default_factory=lambda: {"ssh", "cockpit", "dhcpv6-client"})
    firewall: bool = False

    def read_ufw(self, _a: list[str], _s: str) -> Answer:
        rules = [f"{o.proto} {o.port} 0.0.0.0/0 any {o.source or '0.0.0.0/0'} in" for o in self.openings]
        live = [f"live=-A x -p {o.proto} -m {o.proto} --dport {o.port} -j ACCEPT" for o in self.openings]
        active = "active" if self.firewall else "inactive"
        return ["ssh=22", f"active={active}", "policy=DROP", *(f"rule=allow {rule}" for rule in rules), *live, END]

    def read_firewalld(self, _a: list[str], _s: str) -> Answer:
        ports = [f"{o.port}/{o.proto}" for o in self.openings]
        live = [f"live={port}" for port in ports] if self.firewall else []
        state = f"active={'running' if self.firewall else ''}"
        names = [f"service={name}" for name in self.services]
        return ["ssh=22", state, *(f"port={port}" for port in ports), *live, *names, END]

    def ufw(self, words: list[str], _s: str) -> None:
        if words[0] == "allow":
            self.openings.add(Opening(words[-1], words[2], "" if words[4] == "any" else words[4]))
        elif words == ["--force", "enable"]:
            self.firewall = True
        else:
            raise NotImplementedError(words)

    def firewall_cmd(self, words: list[str], _s: str) -> None:
        action, _, value = words[-1].partition("=")
        if action == "--add-port":
            self.openings.add(Opening.parse(value))
        elif action == "--remove-service":
            self.services.remove(value)
        elif action != "--reload":
            raise NotImplementedError(words)


COMMANDS = Commands(
    scripts={SCRIPTS["ufw"]: "read_ufw", SCRIPTS["firewalld"]: "read_firewalld"},
    tools={"ufw": "ufw", "firewall-cmd": "firewall_cmd", "firewall-offline-cmd": "firewall_cmd"},
)
