"""What the steps of one order share: the services, the students, and what earlier steps left in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wod.engine import catalogue
from wod.engine.accounts import FIRST_UID, Account, Accounts, new_password
from wod.engine.api import Api
from wod.engine.catalogue import Workshop
from wod.engine.config import Worker
from wod.engine.errors import Impossible
from wod.engine.hub import Hub
from wod.engine.render import Renderer
from wod.engine.request import Request
from wod.engine.runner import Runner
from wod.engine.step import Memory


@dataclass(frozen=True)
class Tools:
    """One of each for all orders; all are safe for threads."""

    config: Worker
    api: Api
    hub: Hub
    accounts: Accounts
    runner: Runner
    renderer: Renderer


@dataclass(frozen=True)
class Order:
    """One request at work."""

    tools: Tools
    request: Request
    memory: Memory

    @property
    def config(self) -> Worker:
        return self.tools.config

    def name(self, number: int) -> str:
        return f"student{number}"

    def home(self, number: int) -> Path:
        return Path(self.config.students) / self.name(number)

    def seat(self, number: int) -> int:
        """The student's id in the database (contract section 14)."""
        return number + self.config.basestdid

    def account(self, number: int) -> Account:
        found = self.tools.accounts.find(self.name(number))
        if found is None:
            raise Impossible(f"{self.name(number)} has no account here; roll the students module out")
        if found.uid < FIRST_UID or found.gid < FIRST_UID:
            raise Impossible(f"{self.name(number)} has the uid {found.uid}, which is not a student's")
        return found

    def password(self, number: int) -> str:
        """Made up once, and remembered before anybody is told."""
        known = self.memory.recall(f"password:{number}")
        if known is None:
            known = new_password()
            self.memory.remember(f"password:{number}", known)
        return known

    def workshop(self) -> Workshop:
        """Asked for once, so that one order is carried out by one set of flags.

        What is being cleaned up may have left the catalogue meanwhile; it then needs nothing special.
        """
        known = self.memory.recall("workshop")
        if known is not None:
            return Workshop.load(known)
        found = catalogue.find(self.tools.api.workshops(), self.request.workshop)
        if found is None and self.request.verb != "CLEANUP":
            raise Impossible(f"the API knows no workshop whose notebook is {self.request.workshop}")
        workshop = found or Workshop()
        self.memory.remember("workshop", workshop.dump())
        return workshop
