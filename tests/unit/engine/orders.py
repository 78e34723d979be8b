"""What the tests of the engine's core share: a backend's configuration and orders to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from wod.engine import mail, signature
from wod.engine.config import Receiver
from wod.engine.config import Worker as Config
from wod.engine.grammar import Order
from wod.engine.queue import Queue
from wod.engine.request import Request
from wod.engine.step import Memory, Step
from wod.engine.worker import Worker

BACKEND = "be1.example.org"
KEY = "a-key-that-only-tests-use-0123456789"
API = "192.0.2.30"
"""The address whose orders need no signature."""
NOW = 1_700_000_000.0


def receiver(queue: Path, **values: Any) -> Receiver:
    queue.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Receiver(**{"backend": BACKEND, "key": KEY, "first": 1, "last": 20, "queue": str(queue), **values})


def config(top: Path, **values: Any) -> Config:
    """A worker's, whose state and queue are below ``top``. It retries for an hour."""
    texts = dict.fromkeys(("students", "admin", "public_workshops", "private_workshops", "hub_url", "hub_token"), "")
    api = dict.fromkeys(("api_url", "api_user", "api_password"), "")
    numbers = {"first": 1, "last": 20, "basestdid": 0, "uidbase": 2000, "gidbase": 2000, "patience": 60}
    folders: dict[str, Any] = dict.fromkeys(("public_scripts", "private_scripts", "skeletons"), ())
    places = {"state": str(top / "state"), "queue": str(top / "queue")}
    queue_folder(top / "queue")
    return Config(**{"backend": BACKEND, **texts, **api, **numbers, **folders, **places, **values})


def queue_folder(path: Path) -> Queue:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Queue(path)


def order(verb: str = "CREATE", student: int = 3, customer: int = 5, **values: Any) -> Order:
    email = "someone@example.org" if verb == "CREATE" else ""
    fields = {"first": student, "last": student, "email": email, "workshop": "WKSHP-API101", **values}
    return Order(verb, customer=customer, **fields)  # type: ignore[arg-type]


def signed(asked: Order | None = None, now: float = NOW, nonce: str | None = None, backend: str = BACKEND) -> bytes:
    return signature.compose(asked or order(), backend, KEY, now=now, nonce=nonce)


def plain(subject: str, body: str = "WKSHP-API101\n") -> bytes:
    """As the original API writes it, after postfix."""
    return f"Received: from api\nSubject: {subject}\n\n{body}".encode()


def request(now: float = NOW, **values: Any) -> Request:
    asked = order(**values)
    fields = (asked.verb, asked.first, asked.last, asked.customer, asked.email, asked.workshop)
    return Request(mail.identity(now), *fields, now)


def submit(top: Path, *requests: Request) -> None:
    for each in requests:
        queue_folder(top / "queue").put(each)


Act = Callable[[Request, Memory], Sequence[Step]]


def once(settings: Config, planner: Act, until: Callable[[Worker], bool], turns: int = 400) -> Worker:
    """Run a worker in this thread until ``until`` says so; it fails the test after 400 turns of at most 50 ms."""
    worker = Worker(settings, planner, log=lambda line: None)
    for _ in range(turns):
        worker._turn()
        worker._wake.wait(0.05)
        worker._wake.clear()
        worker._reap()
        if until(worker):
            return worker
    raise AssertionError(f"still to do: {sorted(worker.entries)}")


def idle(worker: Worker) -> bool:
    return not worker.entries and not worker.running
