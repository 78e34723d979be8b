"""Sending, to a real if small mail server on the loopback."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from tests.unit.engine.orders import NOW, receiver, signed
from wod.engine.mail import parse
from wod.engine.send import NotSent, send


class Session(socketserver.StreamRequestHandler):
    """Answers as the server's ``answers`` say, by command; 250 otherwise."""

    def handle(self) -> None:
        answers, self.data = self.server.answers, []  # type: ignore[attr-defined]
        self.say(answers.get("banner", "220 be1.example.org"))
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].decode().upper()
            self.say(answers.get(verb, {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")))
            if verb == "DATA" and "DATA" not in answers:
                self.take(answers.get("end", "250 queued"))
            if verb == "QUIT":
                return

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def take(self, answer: str) -> None:
        lines = list(iter(self.rfile.readline, b".\r\n"))
        self.server.mails.append(b"".join(lines))  # type: ignore[attr-defined]
        if answer:
            self.say(answer)
        else:
            self.connection.shutdown(socket.SHUT_RDWR)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.answers: dict[str, str] = {}
        self.mails: list[bytes] = []

    def take(self, raw: bytes) -> None:
        send(raw, "127.0.0.1", self.server_address[1], "wodadmin@localhost", "wodadmin@be1.example.org", timeout=10)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_what_arrives_is_the_order(server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    server.take(signed())
    (raw,) = server.mails
    assert parse(raw, receiver(tmp_path_factory.mktemp("queue")), "", NOW).customer == 5


@pytest.mark.parametrize(
    ("where", "answer", "final"),
    [
        ("banner", "421 too busy", False),
        ("MAIL", "451 disk full", False),
        ("RCPT", "450 later", False),
        ("RCPT", "550 no such user", True),
        ("DATA", "554 no", True),
        ("end", "451 try again", False),
        ("end", "550 refused: not signed", True),
    ],
)
def test_a_refusal_is_no_delivery(server: Server, where: str, answer: str, final: bool) -> None:
    server.answers[where] = answer
    with pytest.raises(NotSent, match=answer) as caught:
        server.take(signed())
    assert caught.value.final is final


def test_a_connection_that_breaks_before_the_last_answer(server: Server) -> None:
    """The mail may have arrived; so it is sent again, and acts once."""
    server.answers["end"] = ""
    with pytest.raises(NotSent) as caught:
        server.take(signed())
    assert not caught.value.final


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(NotSent, match=f"127.0.0.1:{port} cannot be reached") as caught:
        send(signed(), "127.0.0.1", port, "a@example.org", "b@example.org")
    assert not caught.value.final
