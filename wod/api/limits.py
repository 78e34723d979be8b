"""What one client may ask for: how often, and how much in one body.

Buckets are kept by each worker for itself, so a client that meets all of ``n`` workers gets up to ``n`` times the rate.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from fastapi import HTTPException, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLIENTS = 10_000
"""How many clients are remembered; the one longest unseen is forgotten first."""
TOO_LARGE = {"message": "The request is too large"}


class Bucket:
    """``per_minute`` calls at once and per minute for each client; 0 means no limit."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = per_minute
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, client: str) -> bool:
        """Whether the client may; what is refused costs nothing."""
        with self._lock:
            left = self._filled(client)
            allowed = left >= 1 or self.rate <= 0
            self._keep(client, left - 1 if allowed else left)
            return allowed

    def give_back(self, client: str) -> None:
        with self._lock:
            self._keep(client, min(self._filled(client) + 1, self.rate))

    def _filled(self, client: str) -> float:
        left, since = self._left.get(client, (float(self.rate), self._clock()))
        return min(float(self.rate), left + (self._clock() - since) * self.rate / 60)

    def _keep(self, client: str, left: float) -> None:
        self._left[client] = (left, self._clock())
        self._left.move_to_end(client)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)


def client_of(request: Request) -> str:
    """The peer's address; behind a proxy that the server trusts, what the proxy says."""
    return request.client.host if request.client else "-"


def spend(bucket: Bucket, request: Request) -> str:
    """The client's name, for :meth:`Bucket.give_back`; 429 for one that asks too often."""
    client = client_of(request)
    if not bucket.take(client):
        raise HTTPException(429, {"message": "Too many requests. Please try again later"}, {"Retry-After": "60"})
    return client


class BodyLimit:
    """Refuses bodies of more than ``limit`` bytes with 413: at once by what they say, else once they have grown."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._said(scope) > self.limit:
            await JSONResponse(TOO_LARGE, 413)(scope, receive, send)
        else:
            await self.app(scope, self._counting(receive), send)

    @staticmethod
    def _said(scope: Scope) -> int:
        said = dict(scope["headers"]).get(b"content-length", b"")
        return int(said) if said.isdigit() else 0

    def _counting(self, receive: Receive) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message: Any = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise HTTPException(413, TOO_LARGE)
            return dict(message)

        return counted
