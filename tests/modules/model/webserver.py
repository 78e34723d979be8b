"""The web server of a modelled host, its certificates, and the portal's pages that it serves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tests.modules.model.area import Answer, Commands
from tests.modules.model.services import Services
from wod.facts import END
from wod.facts import webserver as facts
from wod.operations import webroot, webserver


@dataclass
class WebServer(Services):
    pages: tuple[str, str] = ("", "")
    reloaded: int = 0
    port80: str = ""

    def read_serving(self, arguments: list[str], _s: str) -> Answer:
        since = max(self.started["nginx.service"], self.reloaded) if "nginx.service" in self.started else 0
        changed = [f"changed={self.changed.get(path, 0)}" for path in arguments[1:]]
        code = "000" if not since else "200" if self.pages[1] or not self.pages[0] else "404"
        return [f"since={since}", f"code={code}", *changed, END]

    def read_listener(self, _a: list[str], _s: str) -> Answer:
        return [*([self.port80] if self.port80 else []), END]

    def reload(self, arguments: list[str], _s: str) -> None:
        self.reloaded = self.clock if arguments[1] == "yes" else self.reloaded

    def read_pages(self, _a: list[str], _s: str) -> Answer:
        return [f"target={self.pages[0]}", *([f"sum={self.pages[1]}"] if self.pages[1] else []), END]

    def put_pages(self, arguments: list[str], _s: str) -> None:
        self.pages = (arguments[1], arguments[2])

    def make_certificate(self, arguments: list[str], _s: str) -> None:
        path, _name, _days, group = arguments
        self._put(path, "file", f"root:{group}", "600" if group == "root" else "640", "made there")

    def get_certificate(self, arguments: list[str], _s: str) -> None:
        names = " ".join(arguments[5:]) + "\n"
        self._put(arguments[4], "file", "root:root", "600", hashlib.sha256(names.encode()).hexdigest())
        self._put("/etc/wod/tls/portal.pem", "file", "root:root", "600", "the authority's")
        self.reloaded = self.clock  # by its hook


COMMANDS = Commands(
    scripts={
        facts._SERVING: "read_serving",
        facts._LISTENER: "read_listener",
        facts._ROOT: "read_pages",
        webroot._PUT: "put_pages",
        webserver._RELOAD: "reload",
        webserver._OWN: "make_certificate",
        webserver._CERTBOT: "get_certificate",
    }
)
