"""What both stand-ins are: a threaded HTTP server that records its calls and can be told to fail."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar


@dataclass(frozen=True)
class Call:
    """One call: ``body`` is the parsed JSON (``None`` without one), ``time`` in seconds since 1970."""

    method: str
    path: str
    body: Any
    status: int
    time: float


Answer = tuple[int, Any]
T = TypeVar("T", bound="StandIn")


class StandIn:
    """Subclasses answer calls in :meth:`route`; a text is sent as HTML, anything else as JSON.

    ``fail_next(count, status, path)`` makes the next calls whose path starts so fail with that status; status 0 closes
    the connection without an answer. The same is ``POST /test-only/fail``; ``GET /test-only/calls`` are the calls.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.calls: list[Call] = []
        self.lock = threading.RLock()
        self._failures: list[tuple[str, int]] = []
        self._server = ThreadingHTTPServer((host, port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self: T) -> T:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self) -> None:
        self._thread.join()

    def fail_next(self, count: int = 1, status: int = 503, path: str = "/") -> None:
        with self.lock:
            self._failures += [(path, status)] * count

    def made(self, method: str, path: str = "") -> list[Call]:
        """The calls of a method whose path starts so, in order."""
        return [call for call in self.calls if call.method == method and call.path.startswith(path)]

    def route(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        raise NotImplementedError

    def test_only(self, method: str, path: str, body: Any) -> Answer:
        if (method, path) == ("GET", "/test-only/calls"):
            return 200, [asdict(call) for call in self.calls]
        if (method, path) == ("POST", "/test-only/fail"):
            self.fail_next(int(body.get("count", 1)), int(body.get("status", 503)), str(body.get("path", "/")))
            return 200, {}
        return 404, {"error": "no such test command"}

    def answer(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        if path.startswith("/test-only/"):
            return self.test_only(method, path, body)
        status = self._failure(path)
        answer = (
            (status, {"message": "told to fail"}) if status is not None else self.route(method, path, body, headers)
        )
        with self.lock:
            self.calls.append(Call(method, path, body, answer[0], time.time()))
        return answer

    def _failure(self, path: str) -> int | None:
        with self.lock:
            for each in self._failures:
                if path.startswith(each[0]):
                    self._failures.remove(each)
                    return each[1]
        return None


def _handler(standin: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                body = json.loads(raw) if raw else None
            except ValueError:
                return self._send(400, "<html>malformed JSON</html>")
            status, answer = standin.answer(self.command, self.path, body, self.headers)
            if status == 0:
                self.close_connection = True
                return None
            return self._send(status, answer)

        def _send(self, status: int, answer: Any) -> None:
            html = isinstance(answer, str)
            data = answer.encode() if html else b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if html else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Calls are recorded, not printed."""

        do_GET = do_POST = do_PUT = do_DELETE = _serve

    return Handler
