"""The two ways out for a participant's mail: a relay, or SendGrid; each a real if small server."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.unit.api.life import PLACE, Server, config, serving
from tests.unit.api.test_mails import CUSTOMER, FACTS, SEAT, made, parts
from wod.api.mails import post
from wod.engine.send import NotSent


@pytest.fixture
def relay() -> Iterator[Server]:
    with serving() as server:
        yield server


def deliver(relay: Server, **mail: Any) -> None:
    settings = config("", relay.port, 10025)
    settings = replace(settings, mail=replace(settings.mail, **mail))
    post.deliver(CUSTOMER.email, {"letter": "credentials", "facts": FACTS}, "5:credentials", settings)


def test_by_a_relay(relay: Server) -> None:
    deliver(relay)
    (mail,) = relay.mails
    assert parts(mail)[0].splitlines() == parts(made("credentials"))[0].splitlines()
    assert "rcpt TO:<someone@example.org>" in relay.commands
    assert "mail FROM:<wod@example.org>" in [command.split(" size=")[0] for command in relay.commands]
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    ("where", "answer", "final"),
    [
        *(("BANNER", "421 busy", False), ("RCPT", "450 later", False), ("RCPT", "550 nobody", True)),
        *(("END", "451 full", False), ("END", "552 too large", True), ("MAIL", "530 log in first", False)),
    ],
)
def test_what_a_relay_refuses(relay: Server, where: str, answer: str, final: bool) -> None:
    relay.answers[where] = answer
    with pytest.raises(NotSent, match=answer[:3]) as caught:
        deliver(relay)
    assert caught.value.final is final


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for 127.0.0.1, in one file."""
    path, key = tmp_path / "certificate", tmp_path / "key"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=relay", "-addext", f"subjectAltName=IP:{PLACE}", "-days", "2"]
    subprocess.run([*words, *names, "-keyout", str(key), "-out", str(path)], check=True, capture_output=True)
    path.write_text(path.read_text() + key.read_text())
    return path


def secured(relay: Server, certificate: Path) -> None:
    relay.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    relay.tls.load_cert_chain(certificate)
    relay.answers |= {"EHLO": "250-relay\r\n250-STARTTLS\r\n250 AUTH PLAIN", "STAR": "220 go on", "AUTH": "235 welcome"}


def test_by_a_relay_with_tls_and_a_password(relay: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secured(relay, certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    deliver(relay, starttls=True, user="wod", password="relay-password")
    commands = [command.split()[0].upper() for command in relay.commands]
    assert commands.index("STARTTLS") < commands.index("AUTH") < commands.index("DATA")


def test_no_password_for_a_relay_that_is_not_the_one_it_says(relay: Server, certificate: Path) -> None:
    secured(relay, certificate)
    with pytest.raises(NotSent, match="certificate") as caught:
        deliver(relay, starttls=True, user="wod", password="relay-password")
    assert not caught.value.final
    assert not any(command.upper().startswith("AUTH") for command in relay.commands)


class SendGrid(ThreadingHTTPServer):
    """Answers ``status`` and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__((PLACE, 0), Answer)
        self.status, self.bodies, self.keys = 202, list[Any](), list[str]()


class Answer(BaseHTTPRequestHandler):
    server: SendGrid

    def do_POST(self) -> None:
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.keys.append(self.headers["Authorization"])
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Not into the tests' output."""


@pytest.fixture
def sendgrid() -> Iterator[SendGrid]:
    with SendGrid() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def by_sendgrid(server: SendGrid, letter: str) -> None:
    settings = config("", 25, 10025)
    settings = replace(settings, mail=replace(settings.mail, sendgrid_key="SG.key"))
    url = f"http://{PLACE}:{server.server_address[1]}/v3/mail/send"
    post.deliver(CUSTOMER.email, {"letter": letter, "facts": FACTS}, f"5:{letter}", settings, url)


def test_by_sendgrid(sendgrid: SendGrid) -> None:
    by_sendgrid(sendgrid, "credentials")
    by_sendgrid(sendgrid, "expiring")
    first, second = sendgrid.bodies
    assert sendgrid.keys[0] == "Bearer SG.key"
    to = [{"email": "someone@example.org"}]
    assert first["personalizations"] == [{"to": to, "bcc": [{"email": "wod@example.org"}]}]
    assert second["personalizations"] == [{"to": to}]
    assert first["from"] == {"email": "wod@example.org", "name": "Example Workshops-on-Demand"}
    assert [part["type"] for part in first["content"]] == ["text/plain", "text/html"]
    assert SEAT.url in first["content"][0]["value"]


@pytest.mark.parametrize(("status", "final"), [(400, True), (401, False), (429, False), (500, False)])
def test_what_sendgrid_refuses(sendgrid: SendGrid, status: int, final: bool) -> None:
    sendgrid.status = status
    with pytest.raises(NotSent, match=str(status)) as caught:
        by_sendgrid(sendgrid, "welcome")
    assert caught.value.final is final
