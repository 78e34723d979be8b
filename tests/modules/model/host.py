"""A whole modelled host: all of its areas, and how it takes a command."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from tests.modules.model.area import Answer
from tests.modules.model.content import Content
from tests.modules.model.database import Database
from tests.modules.model.meaning import meaning
from tests.modules.model.students import Students
from tests.modules.model.webserver import WebServer


@dataclass
class Model(Database, Students, WebServer, Content):
    """One host. An area brings those that it builds on."""

    def take(self, command: str, stdin: str) -> Answer:
        """Carry a command out, or answer it; LookupError for one that fails."""
        name, arguments = meaning(shlex.split(command))
        if name in self.failing:
            raise LookupError(f"{name} was made to fail")
        if name == "stock":
            return self.stock(command)
        if not name.startswith("read_"):
            self.clock += 1
            self.log.append(" ".join([name, *arguments]))
        return getattr(self, name)(arguments, stdin) or []
