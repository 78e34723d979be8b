"""The configuration as nginx itself understands it: pages, caches, and what is said while the API is away."""

from __future__ import annotations

import http.server
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.unit.test_frontend import OLD, site
from wod import frontend, portal, templates
from wod.portal import Portal

NGINX = shutil.which("nginx", path=f"/usr/sbin:/usr/bin:{sys.prefix}/nginx/usr/sbin")  # the last: scripts/prepare's
pytestmark = pytest.mark.skipif(NGINX is None, reason="the web server's configuration is tried with nginx")
MAIN = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off; types {{ text/html html; text/css css; text/javascript js; image/svg+xml svg; }}
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/wod.conf;
}}
"""
PAGES = portal.build(Portal("https://wod.example.org", "Acme", "Acme", "wod@example.org"))


class Api(http.server.BaseHTTPRequestHandler):
    """Counts, and says who it was asked for."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))  # closed on an unread one, the answer may be lost
        self.server.asked += 1  # type: ignore[attr-defined]
        body = f"{self.server.asked} {self.headers['X-Forwarded-For']}".encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_a: object) -> None:
        """Nothing."""


@dataclass
class Served:
    client: httpx.Client
    api: http.server.HTTPServer = field(repr=False)

    def text(self, path: str) -> str:
        return self.client.get(path).text


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    (tmp_path / "private").mkdir()
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path / "private"))
    api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    api.asked = 0  # type: ignore[attr-defined]
    threading.Thread(target=api.serve_forever, daemon=True).start()
    port = free_port()
    whole = site(internal=f"www.example.org:{port}", WODAPIDBFQDN="127.0.0.1", WODAPIDBPORT=api.server_port)
    told = frontend.values(whole.host("www.example.org").settings, (), OLD, port80=False)
    text = templates.render("frontend/wod.conf.j2", **told)
    (tmp_path / "wod.conf").write_text(
        text.replace("/var/cache", str(tmp_path)).replace(frontend.CURRENT, str(tmp_path / "root"))
    )
    for name, content in PAGES.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    tmp_path.chmod(0o755)
    (tmp_path / "nginx.conf").write_text(MAIN.format(folder=tmp_path))
    process = subprocess.Popen([str(NGINX), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")])
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        wait_for(client, process)
        yield Served(client, api)
    process.terminate()
    process.wait()
    api.shutdown()
    api.server_close()


def wait_for(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert process.poll() is None, "nginx does not take the configuration"
        try:
            client.get("/")
            return
        except httpx.ConnectError:
            time.sleep(0.05)
    pytest.fail("nginx does not answer")


@pytest.mark.parametrize("path", ["/", "/category/linux", "/workshop/3", "/my", "/my/", "/terms", "/operator/",
                                  "/workshops/0/special-badge", "/workshop/9/finisher-badge", "/none", "/.git/config",
                                  "/img/badges/none.jpg", "/workshops/9/special-badge"])  # fmt: skip
def test_each_address_is_the_file_that_the_portal_means(served: Served, path: str) -> None:
    name = portal.find(path, PAGES)
    answer = served.client.get(path)
    assert (answer.status_code, answer.content) == (200 if name else 404, PAGES[name or "404.html"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_what_browsers_keep(served: Served) -> None:
    asset = next(name for name in PAGES if name.startswith("assets/") and name.endswith(".css"))
    assert served.client.get(f"/{asset}").headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert served.client.get(f"/{asset}").headers["Content-Encoding"] == "gzip"
    page = served.client.get("/")
    assert page.headers["Cache-Control"] == "no-cache"
    assert served.client.get("/", headers={"If-None-Match": page.headers["ETag"]}).status_code == 304
    assert "Cache-Control" not in served.client.get("/assets/none.js").headers
    assert "nginx/" not in page.headers["Server"]


def test_the_catalogue_is_asked_for_once_however_many_read_it(served: Served) -> None:
    path = "/api/workshops?active=true"
    assert {served.text(path) for _ in range(20)} == {"1 127.0.0.1"}
    token = {"x-access-token": "x"}
    assert served.client.get(path, headers=token).text.startswith("2 ")
    assert served.client.get(f"{path}&x=1").text.startswith("3 ")
    assert [served.text("/api/my")[:1] for _ in range(2)] == ["4", "5"]


def test_a_stranger_does_not_say_who_he_is(served: Served) -> None:
    assert served.client.get("/api/my", headers={"X-Forwarded-For": "198.51.100.1"}).text == "1 127.0.0.1"


def test_without_the_api_the_catalogue_stays_and_the_rest_says_why(served: Served) -> None:
    before = served.text("/api/workshops?active=true")
    served.api.shutdown()
    served.api.server_close()
    time.sleep(2.5)
    assert served.text("/api/workshops?active=true") == before
    answer = served.client.post("/api/customer", json={})
    assert (answer.status_code, answer.headers["Retry-After"]) == (502, "10")
    assert answer.json()["message"].startswith("The registration service does not answer")
    assert served.client.get("/").status_code == 200
