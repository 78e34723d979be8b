"""An encrypted API: backends trust whom their host trusts, or anybody when they are told so."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.authority import Issued, issue
from wod.engine.api import Api
from wod.engine.errors import TryLater


class LetsIn(BaseHTTPRequestHandler):
    """Lets everybody in. It reads the whole request first: a connection closed on an unread one loses the answer."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"accessToken":"yes"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Encrypted(ThreadingHTTPServer):
    """Each connection's handshake is its own thread's; the context is set before it serves."""

    context: ssl.SSLContext

    def finish_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        with self.context.wrap_socket(request, server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever it was did not trust us: the client's side is what these tests look at."""


@pytest.fixture
def authority() -> Issued:
    return issue("A company's authority")


@pytest.fixture
def url(authority: Issued, tmp_path: Path) -> Iterator[str]:
    """A server with a certificate of that authority, which lets everybody in."""
    with Encrypted(("127.0.0.1", 0), LetsIn) as server:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(*issue("127.0.0.1", issuer=authority).write(tmp_path))
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_authority_that_nobody_knows_is_not_trusted(url: str) -> None:
    with pytest.raises(TryLater, match="CERTIFICATE_VERIFY_FAILED"):
        Api(url, "moderator", "hush").token()


def test_one_that_the_host_trusts_is(
    url: str, authority: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))  # where OpenSSL has a host's authorities
    assert Api(url, "moderator", "hush").token() == "yes"


def test_anybody_is_when_told_so(url: str) -> None:
    assert Api(url, "moderator", "hush", insecure=True).token() == "yes"
