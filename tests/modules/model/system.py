"""What a modelled host is by itself: its distribution, kernel and resolver, its admin and the accounts of services."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fixtures import lines
from tests.modules.model.area import Answer, Area, Commands
from wod.facts import END, addresses, platform
from wod.operations import account, admin


@dataclass
class System(Area):
    addresses: dict[str, str] = field(default_factory=lambda: {"api": "192.0.2.30"})
    kernel: dict[str, str] = field(default_factory=lambda: {"net.ipv4.tcp_keepalive_time": "7200"})
    admin: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)

    def read_platform(self, _a: list[str], _s: str) -> Answer:
        return lines(f"{self.distribution}/platform")

    def refuse(self, arguments: list[str], _s: str) -> Answer:
        raise LookupError(arguments[0])

    def read_addresses(self, names: list[str], _s: str) -> Answer:
        return [*(f"{name} {self.addresses[name]}" for name in names if name in self.addresses), END]

    def read_kernel(self, names: list[str], _s: str) -> Answer:
        return [*(f"{name} = {self.kernel[name]}" for name in names if name in self.kernel), END]

    def sysctl(self, words: list[str], _s: str) -> None:
        self.kernel |= dict(word.split("=", 1) for word in words if "=" in word)

    def read_admin(self, _a: list[str], _s: str) -> Answer:
        return [*(f"{each}=yes" for each in sorted(self.admin)), END]

    def make_admin(self, _a: list[str], _s: str) -> None:
        self.admin.add("account")

    def make_key(self, _a: list[str], _s: str) -> None:
        self.admin.add("key")

    def read_account(self, arguments: list[str], _s: str) -> Answer:
        return [*(["/home:/bin/false"] if arguments[0] in self.accounts else []), END]

    def make_account(self, arguments: list[str], _s: str) -> None:
        self.accounts.add(arguments[0])


COMMANDS = Commands(
    scripts={
        platform._SCRIPT: "read_platform",
        addresses._SCRIPT: "read_addresses",
        admin._READ: "read_admin",
        admin._CREATE: "make_admin",
        admin._KEY: "make_key",
        account._READ: "read_account",
        account._CREATE: "make_account",
    },
    fragments={"sysctl -e": "read_kernel"},
    tools={"sysctl": "sysctl"},
)
