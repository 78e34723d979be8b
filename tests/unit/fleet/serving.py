"""What a host serves, on this machine: a web server that answers as told, a mail server's greeting."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer, ThreadingTCPServer

from tests.authority import Issued


class Pages(ThreadingHTTPServer):
    """``answers`` are ``{path: (status, text)}``; ``hosts`` those that were asked for."""

    def __init__(self, answers: dict[str, tuple[int, str]]) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.answers = answers
        self.hosts: list[str] = []

    @property
    def port(self) -> int:
        return self.server_address[1]

    def encrypt(self, issued: Issued, folder: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*issued.write(folder))
        self.socket = context.wrap_socket(self.socket, server_side=True)


class _Page(BaseHTTPRequestHandler):
    server: Pages

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])
        status, text = self.server.answers.get(self.path, (404, "not here"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_arguments: object) -> None:
        """Nothing on the terminal."""


@contextmanager
def running(server: TCPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def greeting(text: bytes) -> Iterator[int]:
    """The port of a server that says this to everyone who connects."""

    class Greet(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(text)
            self.rfile.readline()
            self.wfile.write(b"221 bye\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Greet) as server, running(server):
        yield server.server_address[1]
