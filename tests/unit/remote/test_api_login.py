"""The program by which a backend tries its log-in at the API, against servers that answer this and that."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.authority import issue
from tests.commands import run
from wod import remote


@contextmanager
def api(tmp_path: Path, password: str, encrypted: bool = False) -> Iterator[str]:
    """An API that lets ``moderator`` in with this password; its certificate is nobody's."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            good = self.path == "/api/login" and given == {"username": "moderator", "password": password}
            self.send_response(200 if good else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if encrypted:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*issue("127.0.0.1", issuer=issue("CA")).write(tmp_path))
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"{'https' if encrypted else 'http'}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def said(tmp_path: Path, url: str, **more: object) -> str:
    path = tmp_path / "worker.json"
    path.write_text(json.dumps({"api_url": url, "api_user": "moderator", "api_password": "ours", **more}))
    done = run(remote.program("api_login", path))
    assert done.returncode == 0, done.stderr
    assert "ours" not in done.stdout
    return str(json.loads(done.stdout)["said"])


@pytest.mark.parametrize(("password", "answer"), [("ours", "ok"), ("theirs", "refused")])
@pytest.mark.parametrize("suffix", ["", "/api"])
def test_the_password_decides(tmp_path: Path, password: str, answer: str, suffix: str) -> None:
    with api(tmp_path, password) as url:
        assert said(tmp_path, url + suffix) == answer


def test_a_certificate_that_nobody_vouches_for_is_taken_only_when_told(tmp_path: Path) -> None:
    with api(tmp_path, "ours", encrypted=True) as url:
        assert said(tmp_path, url) == "untrusted"
        assert said(tmp_path, url, insecure=True) == "ok"


def test_an_api_that_is_not_there_refuses_nobody(tmp_path: Path) -> None:
    assert said(tmp_path, "http://127.0.0.1:1") == "away"
