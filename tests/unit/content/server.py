"""A git server over HTTP on loopback: ``git http-backend``, which comes with git, behind a token."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(BaseHTTPRequestHandler):
    """RFC 3875 around git-http-backend(1); ``/moved/…`` redirects to another server."""

    folder: Path
    pairs: set[str]
    elsewhere: str
    seen: list[str]

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        given = self.headers.get("Authorization", "")
        self.seen.append(given)
        if self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", self.elsewhere + self.path.removeprefix("/moved"))
            self.end_headers()
        elif self.pairs and base64.b64decode(given.removeprefix("Basic ")).decode() not in self.pairs:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
        else:
            self.backend()

    def backend(self) -> None:
        path, _, query = self.path.partition("?")
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@contextmanager
def serving(folder: Path, *pairs: str, elsewhere: str = "") -> Iterator[tuple[str, list[str]]]:
    """``(address, Authorization headers seen)`` of a server for the repositories in a folder.

    ``pairs`` are the ``user:password`` that may read; without one, everybody may.
    """
    seen: list[str] = []
    given = {"folder": folder, "pairs": set(pairs), "elsewhere": elsewhere, "seen": seen}
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), given)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", seen
        finally:
            server.shutdown()
            thread.join()
