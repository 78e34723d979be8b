"""The platform's REST API as a backend uses it (contract section 3): tokens, workshops, students, customers."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from wod.engine.errors import Impossible, TryLater

TOKEN_LIFE = 150.0
"""Seconds after which a token is renewed; the API takes it for 180."""
HOOK_TOKEN_LIFE = 20.0
"""A hook is given a token that has nearly all of its life before it."""
UNKNOWN = (400, 404)
"""What is not there is 400 for the original."""
TIMEOUT = httpx.Timeout(30.0, connect=5.0)


class Refused(Impossible):
    """The API answered ``status``, a 4xx: it will not do this, however often it is asked."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def base_url(url: str) -> str:
    """With ``/api`` at its end, as the original's WODAPIDBURL has it; a setting may hold either form."""
    plain = url.rstrip("/")
    return plain if plain.endswith("/api") else f"{plain}/api"


def reason(response: httpx.Response) -> str:
    """What the API says, in one short line: ``message`` or ``error`` of its JSON, or its text."""
    try:
        body = response.json()
        said = str(body.get("message") or body.get("error") or "") if isinstance(body, dict) else str(body)
    except ValueError:
        said = response.text
    return " ".join(said.split())[:200]


def trust(insecure: bool) -> ssl.SSLContext | bool:
    """Whose certificates are taken: those that this host trusts (httpx brings a list of its own), or anybody's."""
    return False if insecure else ssl.create_default_context()


class Api:
    """One for all threads of the worker. ``username`` needs the role moderator."""

    def __init__(
        self, url: str, username: str, password: str, client: httpx.Client | None = None, insecure: bool = False
    ) -> None:
        self.url = base_url(url)
        self._login = {"username": username, "password": password}
        self._client = client or httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trust(insecure))
        self._lock = threading.Lock()
        self._token = ""
        self._since = 0.0

    def workshops(self) -> list[dict[str, Any]]:
        return self._list("/workshops", token=False)

    def customer(self, number: int) -> dict[str, Any] | None:
        """``None`` for one that the API does not know (any more)."""
        try:
            return dict(self._call("GET", f"/customers/{number}").json())
        except Refused as error:
            if error.status not in UNKNOWN:
                raise
            return None

    def update(self, what: str, number: int, fields: Mapping[str, str]) -> None:
        """``PUT /student|customer|workshop/number``; values are strings, as all backends have always sent them."""
        self._call("PUT", f"/{what}/{number}", dict(fields))

    def report(self, location: str, said: Mapping[str, Any]) -> None:
        """``PUT /backend/location``; :class:`Refused` with status 404 from an original API, which has no such."""
        self._call("PUT", f"/backend/{quote(location, safe='')}", dict(said))

    def token(self, life: float = HOOK_TOKEN_LIFE) -> str:
        """A token that was made less than ``life`` seconds ago."""
        with self._lock:
            if not self._token or time.monotonic() - self._since > life:
                self._token, self._since = self._log_in(), time.monotonic()
            return self._token

    def _forget(self, token: str) -> None:
        """Unless another thread has renewed it already."""
        with self._lock:
            if self._token == token:
                self._token = ""

    def _log_in(self) -> str:
        """A refused log-in is the site's configuration, not the order's fault: orders wait until it is mended."""
        response = self._send("POST", "/login", self._login, {})
        if response.status_code != 200:
            name = self._login["username"]
            raise TryLater(f"the API refuses {name} ({response.status_code} {reason(response)}); check WODFEAPIPWD")
        return str(response.json()["accessToken"])

    def _list(self, path: str, token: bool) -> list[dict[str, Any]]:
        rows = self._call("GET", path, token=token).json()
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def _call(self, method: str, path: str, body: Any = None, token: bool = True) -> httpx.Response:
        response = self._authorized(method, path, body) if token else self._send(method, path, body, {})
        if response.status_code in (401, 408, 429):
            raise TryLater(f"{method} {path}: the API answered {response.status_code} {reason(response)}")
        if response.status_code >= 300:
            text = f"{method} {path}: the API answered {response.status_code} {reason(response)}"
            raise Refused(response.status_code, text)
        return response

    def _authorized(self, method: str, path: str, body: Any) -> httpx.Response:
        """Once more with a new token when the API takes the old one no longer."""
        token = self.token(TOKEN_LIFE)
        response = self._send(method, path, body, {"x-access-token": token})
        if response.status_code == 401:
            self._forget(token)
            response = self._send(method, path, body, {"x-access-token": self.token(TOKEN_LIFE)})
        return response

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> httpx.Response:
        try:
            response = self._client.request(method, self.url + path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise TryLater(f"the API at {self.url} does not answer: {error or type(error).__name__}") from error
        if response.status_code >= 500:
            raise TryLater(f"{method} {path}: the API answered {response.status_code} {reason(response)}")
        return response
