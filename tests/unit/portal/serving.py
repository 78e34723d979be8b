"""The portal as nginx serves it: files by the routes' table, with the strict content policy, and /api passed on.

``/api`` goes to ``upstream`` (a real API) unless ``answers`` has something for the call: an answer, or a list of which
each call takes one, the last one staying.
"""

from __future__ import annotations

import json
import mimetypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import httpx

from wod.portal import find

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Answer:
    """``body``: a text as it is, anything else as JSON, None as nothing; after ``delay`` seconds."""

    status: int = 200
    body: Any = None
    delay: float = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        text = self.body if isinstance(self.body, str) else "" if self.body is None else json.dumps(self.body)
        return text.encode()

    @property
    def kind(self) -> str:
        return "text/html" if self.body is None or isinstance(self.body, str) else "application/json"


@dataclass
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Origin:
    """``files`` as :func:`wod.portal.build` makes them; ``calls`` are those of the API so far."""

    files: dict[str, bytes]
    url: str = ""
    upstream: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def reset(self) -> None:
        self.upstream = ""
        self.answers.clear()
        self.calls.clear()

    def answer(self, call: Call) -> Answer:
        self.calls.append(call)
        wanted = self.answers.get(f"{call.method} {urlsplit(call.path).path}")
        if isinstance(wanted, list):
            return wanted.pop(0) if len(wanted) > 1 else wanted[0]
        return wanted or self._passed(call)

    def _passed(self, call: Call) -> Answer:
        if not self.upstream:
            return Answer(502, "<html>Bad Gateway</html>")
        headers = {name: value for name, value in call.headers.items() if name.startswith(("x-", "content-type"))}
        got = httpx.request(call.method, self.upstream + call.path, headers=headers, content=call.body, trust_env=False)
        return Answer(got.status_code, got.text or None)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *words: Any) -> None:
        """Quiet."""

    def _file(self) -> None:
        path = urlsplit(self.path).path
        name = find(path, self.server.origin.files)
        shown = name or "404.html"
        kind = mimetypes.guess_type(shown)[0] or "application/octet-stream"
        self._send(200 if name else 404, self.server.origin.files[shown], kind, {"content-security-policy": POLICY})

    def _api(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.origin.answer(Call(self.command, self.path, headers, body))
        time.sleep(answer.delay)
        self._send(answer.status, answer.content, answer.kind, answer.headers)

    def _send(self, status: int, content: bytes, kind: str, headers: dict[str, str]) -> None:
        try:
            self.send_response(status)
            for name, value in {"content-type": kind, "content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        except ConnectionError:  # the browser has given up, or left
            self.close_connection = True

    def do_GET(self) -> None:
        (self._api if self.path.startswith("/api/") else self._file)()

    do_POST = do_DELETE = do_PUT = do_GET


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    origin: Origin


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Origin]:
    server = Server(("127.0.0.1", 0), Handler)
    server.origin = Origin(files, f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.origin
    finally:
        server.shutdown()
        server.server_close()
