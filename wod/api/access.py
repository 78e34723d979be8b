"""One line in the log for each request, its id, and the counters for Prometheus."""

from __future__ import annotations

import logging
import os
import re
import secrets
import time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("wod.api.access")
ID_HEADER = b"x-request-id"
ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD")
"""A client that makes up methods makes no new counters."""
MULTIPLE = "PROMETHEUS_MULTIPROC_DIR"
"""Set by :mod:`wod.api.serving`: where several workers keep their counters, so that any of them can tell the sum."""


class Counters:
    """``wod_api_requests_total`` and ``wod_api_request_seconds``, by method, route and status."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["method", "route", "status"]
        self.requests = Counter("wod_api_requests", "Requests answered", labels, registry=self.registry)
        self.seconds = Histogram("wod_api_request_seconds", "Time to answer", ["route"], registry=self.registry)

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self.requests.labels(method, route, status).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        if not os.environ.get(MULTIPLE):
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)


def request_id(scope: Scope) -> bytes:
    """The client's own where it is a harmless word, else a new one."""
    given = dict(scope["headers"]).get(ID_HEADER, b"")
    return given if ID.fullmatch(given) else secrets.token_hex(8).encode()


def line(scope: Scope, number: bytes, status: int, seconds: float) -> str:
    """Without the query, and with the path as it was sent: percent-encoded, so that it stays one line."""
    client = scope["client"][0] if scope.get("client") else "-"
    path = (scope.get("raw_path") or b"").partition(b"?")[0].decode("ascii", "backslashreplace")
    said = f"client={client} method={scope['method']} path={path} status={status} ms={seconds * 1000:.1f}"
    return f"request={number.decode()} {said}"


class Access:
    """Outermost: also what goes wrong is logged with its id, and answered without a word of why."""

    def __init__(self, app: ASGIApp, counters: Counters) -> None:
        self.app, self.counters = app, counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        number, start, status = request_id(scope), time.monotonic(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = _with_id(message, number)
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception:
            log.exception("request=%s failed", number.decode())
            if not status:
                await JSONResponse({"message": "Internal Server Error"}, 500)(scope, receive, noting)
        seconds = time.monotonic() - start
        self.counters.note(scope, status, seconds)
        log.info(line(scope, number, status, seconds))


def _with_id(message: Message, number: bytes) -> Message:
    headers: list[Any] = [*message.get("headers", []), (ID_HEADER, number)]
    return {**message, "headers": headers}
