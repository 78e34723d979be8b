"""A small site for the life cycle: a database, a relay and a backend's mail server on the loopback, a fast clock."""

from __future__ import annotations

import email
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import default
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from wod.api import database, models
from wod.api.config import Api, Mail, Timing
from wod.api.lifecycle import tick
from wod.api.lifecycle.outbox import Item, put
from wod.api.lifecycle.tables import OUTBOX, TRACE

START = datetime(2030, 1, 1, 12, tzinfo=timezone.utc)
PLACE, OTHER = "127.0.0.1", "localhost"
SEATS = 20


class Dialogue(socketserver.StreamRequestHandler):
    """Answers 250, or what the server's ``answers`` say for a command; ``END`` is the one to the mail itself."""

    server: Server

    def handle(self) -> None:
        self.say(self.server.answers.get("BANNER", "220 ready"))
        for line in iter(lambda: self.rfile.readline(), b""):  # another one after STARTTLS
            verb = line[:4].decode().strip().upper()
            self.server.commands.append(line.decode().strip())
            self.say(self.server.answers.get(verb, {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")))
            if verb == "STAR" and self.server.tls:
                self.secure(self.server.tls)
            if verb == "DATA":
                self.server.raw.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.server.taken.set()
                self.server.answering.wait(30)
                self.say(self.server.answers.get("END", "250 queued"))
            if verb == "QUIT":
                return

    def secure(self, tls: ssl.SSLContext) -> None:
        """After the answer to STARTTLS; a client that does not trust us ends the connection."""
        self.request = tls.wrap_socket(self.request, server_side=True)
        self.setup()

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    """``answering`` cleared keeps the answer to a mail back."""

    daemon_threads = allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__((PLACE, port), Dialogue)
        self.answers: dict[str, str] = {}
        self.raw: list[bytes] = []
        self.commands: list[str] = []
        self.tls: ssl.SSLContext | None = None
        self.taken, self.answering = threading.Event(), threading.Event()
        self.answering.set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is part of the test."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=default) for raw in self.raw]  # type: ignore[misc]

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    @property
    def nonces(self) -> list[str]:
        return [str(mail["X-WoD-Nonce"]) for mail in self.mails]


@contextmanager
def serving(port: int = 0) -> Iterator[Server]:
    with Server(port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.answering.set()
            server.shutdown()
            thread.join()


@dataclass
class Site:
    engine: Engine
    config: Api
    relay: Server
    backend: Server
    now: datetime = START
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    def clock(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)

    def tick(self, **time: float) -> None:
        self.pass_(**time)
        tick(self.engine, self.config, self.clock)

    def add(self, *rows: models.Base) -> None:
        with Session(self.engine) as session, session.begin():
            session.add_all(rows)

    def workshop(self, name: str = "API 101", **values: Any) -> None:
        fields = {"notebook": "WKSHP-API101", "capacity": 9, "range": [1, 9], "location": PLACE, "duration": 4}
        self.add(models.Workshop(name=name, replay_id=7, badge_img="api101", active=True, **{**fields, **values}))

    def register(self, seat: int = 3, name: str = "API 101", **values: Any) -> int:
        """As the API does it: the seat is taken, and the customer waits for a welcome."""
        number = next(self.numbers)
        fields = {"email": f"person{number}@example.org", "location": PLACE, "notebook": "WKSHP-API101", "hours": 4}
        times = {"start_date": self.now, "end_date": self.now + timedelta(hours=4)}
        self.add(models.Customer(id=number, session_name=name, student_id=seat, **{**fields, **times, **values}))
        self.change(models.Student, seat, assigned=True)
        return number

    def change(self, model: type[models.Base], identity: int, **values: Any) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(update(model).where(model.id == identity).values(**values))  # type: ignore[attr-defined]

    def add_mail(self, payload: dict[str, Any]) -> None:
        item = Item(0, "mail", "someone@example.org", payload, f"0:{payload['letter']}", self.now, self.now)
        with Session(self.engine) as session, session.begin():
            put(session, item)

    def set(self, customer: int, **values: Any) -> None:
        self.change(models.Customer, customer, **values)

    def customer(self, identity: int) -> models.Customer:
        with Session(self.engine) as session:
            return session.get_one(models.Customer, identity)

    def capacity(self, name: str = "API 101") -> int | None:
        with Session(self.engine) as session:
            return session.scalar(select(models.Workshop.capacity).where(models.Workshop.name == name))

    def events(self, customer: int) -> list[str]:
        query = select(TRACE.c.event, TRACE.c.detail).where(TRACE.c.customer_id == customer).order_by(TRACE.c.id)
        with self.engine.connect() as connection:
            return [f"{event} {detail}".strip() for event, detail in connection.execute(query)]

    def outbox(self) -> dict[str, Any]:
        with self.engine.connect() as connection:
            return {row.key: row for row in connection.execute(select(OUTBOX).order_by(OUTBOX.c.id))}


def config(url: str, relay: int, backend: int, **values: Any) -> Api:
    mail = Mail(sender="wod@example.org", host=PLACE, port=relay)
    fields: dict[str, Any] = {"mail_key": "a-key-that-only-tests-use-0123456789", "mail_port": backend}
    texts = {"frontend": "https://wod.example.org", "feedback": "https://example.org/feedback", "branding": "Example"}
    return Api(url, "a-token-key", mail=mail, timing=Timing(), **{**fields, **texts, **values})


@contextmanager
def site(url: str, change: Callable[[Api], Api] = replace) -> Iterator[Site]:
    """20 seats at 127.0.0.1 (1 to 20) and 20 at localhost (21 to 40), and no workshop yet."""
    database.migrate(url)
    engine = database.engine(url)
    with serving() as relay, serving() as backend:
        made = Site(engine, change(config(url, relay.port, backend.port)), relay, backend)
        for base, place in ((0, PLACE), (SEATS, OTHER)):
            made.add(models.Location(name=place, basestdid=base, proto="https", port="8443"))
            made.add(*[_student(base, place, number) for number in range(1, SEATS + 1)])
        try:
            yield made
        finally:
            engine.dispose()


def _student(base: int, place: str, number: int) -> models.Student:
    url = f"https://{place}:8443/user/student{number}/lab?"
    return models.Student(id=base + number, username=f"student{number}", password="S3cret99", location=place, url=url)
