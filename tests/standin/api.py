"""A stand-in for the platform's API: what backends call of it, with the original's answers and strictness of its own.

Where the original is lenient (it ignores unknown fields) the stand-in answers 400, so that a test sees the mistake.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

from tests.standin.server import Answer, StandIn
from tests.standin.tables import Tables

USER, PASSWORD = "moderator", "example-password"
_ONE = re.compile(r"/api/(student|customer|workshop)/(\d+)")
_READ = re.compile(r"/api/(students|customers|workshops)(?:/([^/?]+))?(?:\?.*)?")


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class ApiStandIn(StandIn):
    """``life`` is how many seconds a token is good for."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, life: float = 180.0) -> None:
        super().__init__(host, port)
        self.life = life
        self.tables = Tables()
        self.users = {USER: {"password": PASSWORD, "roles": ["user", "moderator"]}}
        self._key = secrets.token_bytes(32)

    def token(self, username: str) -> str:
        now = time.time()
        head = _part(b'{"alg":"HS256","typ":"JWT"}')
        body = _part(json.dumps({"id": username, "iat": now, "exp": now + self.life}).encode())
        return f"{head}.{body}.{self._signature(f'{head}.{body}')}"

    def _signature(self, signed: str) -> str:
        return _part(hmac.new(self._key, signed.encode(), hashlib.sha256).digest())

    def expire_tokens(self) -> None:
        """As if the time of all tokens had run out."""
        self._key = secrets.token_bytes(32)

    def _user(self, token: str) -> dict[str, Any] | None:
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(signed)):
            return None
        body = signed.partition(".")[2]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return self.users.get(claims["id"]) if claims["exp"] > time.time() else None

    def _refusal(self, headers: Mapping[str, str], role: str) -> Answer | None:
        token = headers.get("x-access-token")
        if not token:
            return 403, {"message": "No token provided!"}
        user = self._user(token)
        if user is None:
            return 401, {"message": "Unauthorized!"}
        return None if role in user["roles"] else (403, {"message": "Require Moderator or Admin Role!"})

    def route(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        if (method, path) == ("POST", "/api/login"):
            return self._log_in(body)
        one, read = _ONE.fullmatch(path), _READ.fullmatch(path)
        with self.lock:
            if method == "PUT" and one:
                return self._refusal(headers, "moderator") or self._put(f"{one[1]}s", int(one[2]), body)
            if method == "GET" and read:
                refusal = None if read[1] == "workshops" else self._refusal(headers, "user")
                return refusal or self._get(read[1], read[2])
        return 404, "<html>Cannot find that</html>"

    def _log_in(self, body: Any) -> Answer:
        name = str((body or {}).get("username"))
        user = self.users.get(name)
        if user is None:
            return 404, {"message": "User Not found."}
        if user["password"] != body.get("password"):
            return 401, {"accessToken": None, "message": "Invalid Password!"}
        roles = [f"ROLE_{role.upper()}" for role in user["roles"]]
        return 200, {"id": 1, "username": name, "email": "", "roles": roles, "accessToken": self.token(name)}

    def _get(self, table: str, number: str | None) -> Answer:
        rows = self.tables.rows[table]
        if number is None:
            return 200, sorted(rows.values(), key=lambda row: row["id"])
        row = rows.get(int(number)) if number.isdigit() else None
        return (200, row) if row else (400, f"{table[:-1].title()} Not Found")

    def _put(self, table: str, number: int, body: Any) -> Answer:
        try:
            return 200, self.tables.update(table, number, body)
        except KeyError:
            return 400, {"error": {}}
        except ValueError as error:
            return 400, {"error": str(error)}

    def test_only(self, method: str, path: str, body: Any) -> Answer:
        if (method, path) == ("POST", "/test-only/seed"):
            with self.lock:
                return 200, {table: [self.tables.seed(table, row) for row in rows] for table, rows in body.items()}
        if (method, path) == ("GET", "/test-only/tables"):
            with self.lock:
                return 200, {table: list(rows.values()) for table, rows in self.tables.rows.items()}
        if (method, path) == ("POST", "/test-only/expire"):
            self.expire_tokens()
            return 200, {}
        return super().test_only(method, path, body)
