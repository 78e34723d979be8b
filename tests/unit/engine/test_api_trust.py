"""An encrypted API: backends trust whom their host trusts, or anybody when they are told so."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.authority import Issued, issue
from wod.engine.api import Api
from wod.engine.errors import TryLater

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 21\r\nConnection: close\r\n\r\n{"accessToken":"yes"}'


@pytest.fixture
def authority() -> Issued:
    return issue("A company's authority")


@pytest.fixture
def url(authority: Issued, tmp_path: Path) -> Iterator[str]:
    """A server with a certificate of that authority, which lets everybody in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*issue("127.0.0.1", issuer=authority).write(tmp_path))
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = server.accept()
            except OSError:
                return  # it is closed: the test is over
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(65536)
                    connection.sendall(ANSWER)
            except OSError:
                continue  # whoever it was did not trust us

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"https://127.0.0.1:{server.getsockname()[1]}"
    server.shutdown(socket.SHUT_RDWR)
    server.close()
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
