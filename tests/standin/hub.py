"""A stand-in for JupyterHub's REST API: users and their default servers, with the answers of JupyterHub 5 and 6."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from tests.standin.server import Answer, StandIn

TOKEN = "example-token"
_PATH = re.compile(r"/hub/api/users/([^/]+)(/server)?")


class HubStandIn(StandIn):
    """``users`` are ``{name: state}``; a state is `stopped`, `spawn`, `ready` or `stop`.

    With ``slow`` seconds, starting and stopping take that long, and their answers come only then, as from a real Hub.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, slow: float = 0.0) -> None:
        super().__init__(host, port)
        self.users: dict[str, str] = {}
        self.slow = slow

    def route(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        if headers.get("Authorization") != f"token {TOKEN}":
            return 403, {"status": 403, "message": "Missing or invalid credentials."}
        match = _PATH.fullmatch(path)
        if match is None:
            return 404, {"status": 404, "message": "Not Found"}
        return self._default_server(method, match[1]) if match[2] else self._user(method, match[1])

    def _user(self, method: str, name: str) -> Answer:
        if method == "POST":
            if name in self.users:
                return 409, {"status": 409, "message": f"User {name} already exists"}
            self.users[name] = "stopped"
            return 201, {"name": name}
        state = self.users.get(name)
        if state is None:
            return 404, {"status": 404, "message": f"no such user: {name}"}
        pending = state if state in ("spawn", "stop") else None
        server = {"name": "", "ready": state == "ready", "pending": pending}
        return 200, {"name": name, "pending": pending, "servers": {} if state == "stopped" else {"": server}}

    def _default_server(self, method: str, name: str) -> Answer:
        state = self.users.get(name)
        if state is None:
            return 404, {"status": 404, "message": f"no such user: {name}"}
        if method == "POST":
            return self._start(name, state)
        return self._stop(name, state)

    def _start(self, name: str, state: str) -> Answer:
        if state != "stopped":
            said = "already running" if state == "ready" else f"pending {state}"
            return 400, {"status": 400, "message": f"{name} is {said}"}
        self.users[name] = "spawn"
        time.sleep(self.slow)
        self.users[name] = "ready"
        return 201, None

    def _stop(self, name: str, state: str) -> Answer:
        if state == "spawn":
            return 400, {"status": 400, "message": f"{name} is pending spawn, please wait"}
        if state == "stop":
            return 202, None
        if state == "ready":
            self.users[name] = "stop"
            time.sleep(self.slow)
            self.users[name] = "stopped"
        return 204, None
