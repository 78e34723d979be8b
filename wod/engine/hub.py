"""The backend's JupyterHub: students' servers started and stopped, whatever state they are in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx

from wod.engine.errors import TryLater
from wod.engine.pace import Pace

ASKED = httpx.Timeout(2.0, connect=5.0)
"""The Hub answers 202 only after ten seconds, and goes on with what it was asked when nobody waits for its answer."""
STOPPING = 30.0
"""Seconds within which a server must have stopped."""


def base_url(url: str) -> str:
    plain = url.rstrip("/")
    return plain if plain.endswith("/hub/api") else f"{plain}/hub/api"


class Hub:
    """One for all threads of the worker; ``token`` is WODBETOKEN."""

    def __init__(self, url: str, token: str, client: httpx.Client | None = None) -> None:
        self.url = base_url(url)
        self._headers = {"Authorization": f"token {token}"}
        self._client = client or httpx.Client(timeout=httpx.Timeout(30.0, connect=5.0), trust_env=False)
        self._pace = Pace(self._is_up)

    def start(self, name: str) -> str:
        """Ask for the server of a student, who is made known to the Hub if need be; nobody waits until it is up.

        Not even the next: only when there is a crowd, they come up a few at a time (:mod:`wod.engine.pace`).
        """
        with self._pace.turn(name):
            return self._start(name)

    def _start(self, name: str) -> str:
        answer = self._ask("POST", f"/users/{name}/server")
        if answer == 404:
            self._send("POST", f"/users/{name}")
            answer = self._ask("POST", f"/users/{name}/server")
        if answer in (201, 202):
            return "started" if answer == 201 else "starting"
        server = self._server(name)
        if server is None:
            raise TryLater(f"the Hub did not start the server of {name} (it answered {answer or 'nothing'})")
        if server.get("pending") == "stop":
            raise TryLater(f"the server of {name} is still stopping", after=1)
        return "running" if server.get("ready") else "starting"

    def stop(self, name: str, patience: float = STOPPING) -> str:
        """Stop the server and wait until it is gone; one that never ran, or a user unknown to the Hub, is as good."""
        if self._ask("DELETE", f"/users/{name}/server") in (204, 404):
            return "stopped"
        end = time.monotonic() + patience
        while self._server(name) is not None:
            if time.monotonic() > end:
                raise TryLater(f"the server of {name} did not stop within {patience:.0f} s")
            time.sleep(0.25)
            self._ask("DELETE", f"/users/{name}/server")  # refused while it is starting, so asked again
        return "stopped"

    def running(self) -> int:
        """How many users have a server, also one on its way; the Hub counts them, and sends one."""
        kind = {"Accept": "application/jupyterhub-pagination+json"}
        response = self._send("GET", "/users?state=active&limit=1", headers=kind)
        return int(response.json()["_pagination"]["total"])

    def _server(self, name: str) -> dict[str, Any] | None:
        """The Hub's model of a default server that runs or is on its way to or from it."""
        response = self._send("GET", f"/users/{name}")
        if response.status_code == 404:
            return None
        user = response.json()
        server = user.get("servers", {}).get("")
        if server is None and not user.get("server") and not user.get("pending"):
            return None
        return server or {"ready": bool(user.get("server")), "pending": user.get("pending")}

    def _is_up(self, name: str) -> bool:
        """Whether the server is no longer on its way up; one that nobody knows is not."""
        try:
            server = self._server(name)
        except _Slow:
            return False
        return server is None or bool(server.get("ready")) or server.get("pending") == "stop"

    def _ask(self, method: str, path: str) -> int:
        """The answer's status; 0 when the Hub has not answered yet."""
        try:
            return self._send(method, path, ASKED).status_code
        except _Slow:
            return 0

    def _send(
        self, method: str, path: str, timeout: httpx.Timeout | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        options: dict[str, Any] = {"timeout": timeout} if timeout else {}
        sent = {**self._headers, **(headers or {})}
        body: dict[str, str] | None = {} if method == "POST" else None
        try:
            response = self._client.request(method, self.url + path, json=body, headers=sent, **options)
        except httpx.ReadTimeout as error:
            raise _Slow(f"the Hub at {self.url} takes long to answer") from error
        except httpx.HTTPError as error:
            raise TryLater(f"the Hub at {self.url} does not answer: {error or type(error).__name__}") from error
        if response.status_code >= 500 or response.status_code in (401, 403, 429):
            raise TryLater(f"{method} {path}: the Hub answered {response.status_code} {_message(response)}")
        return response


class _Slow(TryLater):
    """No answer in time, which for a start or a stop is none yet."""


def _message(response: httpx.Response) -> str:
    try:
        return str(response.json().get("message", ""))[:200]
    except (ValueError, AttributeError):
        return ""
