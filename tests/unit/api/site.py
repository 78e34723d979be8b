"""A site for the tests of the API: two backends, four workshops, three accounts; and the API over it, on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

import bcrypt
import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session

from wod.api import database
from wod.api.app import create_app
from wod.api.config import Api
from wod.api.models import Location, Role, SpecialBadge, Student, User, Workshop

FIRST, SECOND = "be1.example.org", "be2.example.org"
KEY = "a-key-of-these-tests-only-" + "0123456789abcdef" * 3
SEATS = 20
PASSWORDS = {name: f"{name}-password" for name in ("plain", "moderator", "admin")}
START = datetime(2026, 5, 4, 9, 0, tzinfo=timezone.utc)


T = TypeVar("T")


def until(check: Callable[[], T], seconds: float = 30) -> T:
    """What ``check`` returns once that is something: a request is counted and logged after its answer has left."""
    end = time.monotonic() + seconds
    while not (found := check()) and time.monotonic() < end:
        time.sleep(0.01)
    return found


class Hand:
    """A clock that is set by hand."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> None:
        self.moment += timedelta(**span)


def configured(url: str, **changes: Any) -> Api:
    rates = {"login_rate": 0, "registration_rate": 0}
    return Api(database=url, token_key=KEY, origins=("https://portal.example.org",), **{**rates, **changes})


def workshop(name: str, **fields: Any) -> Workshop:
    notebook = f"WKSHP-{name.replace(' ', '')}"
    common = {"notebook": notebook, "capacity": 10, "range": [1, 10], "location": FIRST, "active": True}
    more = {"session_type": "Workshops-on-Demand", "compile": "false", "alternate_location": [SECOND]}
    return Workshop(name=name, **{**common, **more, **fields})


def seed(session: Session) -> None:
    """Students 1-20 of both backends, the second's from id 101; workshop ids 1-4."""
    for number, name in enumerate((FIRST, SECOND)):
        base = number * 100
        session.add(Location(id=number + 1, name=name, basestdid=base, proto="https", port="443"))
        for key in range(1, SEATS + 1):
            url = f"https://{name}:443/user/student{key}/lab?"
            seat = {"username": f"student{key}", "password": f"secret-{base + key}", "location": name, "url": url}
            session.add(Student(id=base + key, **seat))
    session.add(workshop("API 101", id=1, priority=2, duration=2))
    session.add(workshop("Two Places", id=2, priority=1, capacity=20))
    session.add(workshop("Old", id=3, priority=3, active=False, alternate_location=[]))
    session.add(workshop("Full", id=4, priority=4, capacity=0, beta=True))
    session.add(SpecialBadge(id=1, name="Apprentice", updated_at="2026-05-04 09:00:00.000 +00:00"))
    _accounts(session)
    session.flush()


def _accounts(session: Session) -> None:
    """Hashed as PostgreSQL's pgcrypto does, with its prefix; cheaply, these being tests."""
    roles = [Role(id=number, name=name) for number, name in enumerate(("user", "moderator", "admin"), 1)]
    session.add_all(roles)
    for number, (name, password) in enumerate(PASSWORDS.items(), 1):
        secret = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4, prefix=b"2a")).decode()
        account = {"id": number, "username": name, "email": f"{name}@example.org", "password": secret}
        session.add(User(**account, roles=roles[:number]))


def serials(session: Session) -> None:
    """Ids were given by hand; the next ones follow."""
    for table in ("workshops", "students", "locations", "users", "special_badges"):
        move = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        session.execute(text(move))


class Site:
    def __init__(self, app: FastAPI, client: httpx.Client, clock: Hand) -> None:
        self.app, self.client, self.clock = app, client, clock
        self.tokens: dict[str, str] = {}

    def session(self) -> Session:
        made: Session = self.app.state.sessions()
        return made

    def token(self, who: str) -> str:
        given = {"username": who, "password": PASSWORDS[who]}
        return str(self.client.post("/api/login", json=given).json()["accessToken"])

    def call(self, method: str, path: str, who: str = "", **more: Any) -> httpx.Response:
        """As ``who``, with a fresh token; nobody by default."""
        headers = {**({"x-access-token": self.token(who)} if who else {}), **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def register(self, email: str = "ann@example.org", title: str = "API 101", **more: Any) -> httpx.Response:
        body = {"name": "ann de vries", "email": email, "company": "Example", "title": title, "proxy": "wod"}
        return self.call("POST", "/api/customer", json={**body, **more})


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Its address while a real server serves it."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@contextmanager
def site(url: str, **changes: Any) -> Iterator[Site]:
    clock = Hand()
    database.migrate(url)
    app = create_app(configured(url, **changes), clock)
    with app.state.sessions.begin() as session:
        seed(session)
        serials(session)
    with served(app) as address, httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        yield Site(app, client, clock)
