"""The service: killed, several at once, with servers or the database away for a while; nothing is lost or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.api import life
from tests.unit.api.life import Site, serving
from wod.api import config as settings
from wod.api import models
from wod.api.config import Timing
from wod.api.lifecycle import run, tick
from wod.api.lifecycle.advance import advance


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with life.site(database_url) as made:
        made.workshop()
        yield made


def running(site: Site, seat: int, name: str = "API 101") -> int:
    customer = site.register(seat, name)
    site.set(customer, last_email_sent="credentials", active=True)
    return customer


def test_the_relay_is_away_for_a_while(site: Site) -> None:
    port = site.relay.port
    site.config = replace(site.config, mail=replace(site.config.mail, port=1))
    customers = [site.register(seat) for seat in (3, 4)]
    site.tick()
    assert len(site.backend.raw) == 2  # one way out does not hold up the other
    assert [row.tries for row in site.outbox().values() if row.kind == "mail"] == [1, 0]
    site.config = replace(site.config, mail=replace(site.config.mail, port=port))
    site.tick(minutes=2)
    assert sorted(mail["To"] for mail in site.relay.mails) == ["person1@example.org", "person2@example.org"]
    assert "retry mail welcome" in site.events(customers[0])[1]


def test_two_at_once_send_everything_once(site: Site) -> None:
    for seat in range(1, 16):
        site.register(seat)
    threads = [threading.Thread(target=tick, args=(site.engine, site.config, site.clock)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({str(mail["To"]) for mail in site.relay.mails}) == len(site.relay.raw) == 15
    assert len(set(site.backend.subjects)) == len(site.backend.raw) == 15


def test_killed_between_deciding_and_sending(site: Site) -> None:
    site.register()
    advance(site.engine, site.config, site.clock)
    assert (site.relay.raw, site.backend.raw) == ([], [])
    site.tick()
    assert (len(site.relay.raw), len(site.backend.raw)) == (1, 1)


SERVICE = (
    "import sys, pathlib as p; from wod.api import config, lifecycle as l; l.run(config.load(p.Path(sys.argv[1])))"
)


def start(path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SERVICE, str(path)], env={**os.environ, "PYTHONPATH": os.getcwd()})


def wait(condition: threading.Event) -> None:
    assert condition.wait(30)


def test_killed_while_sending_and_ended_by_sigterm(site: Site, tmp_path: Path) -> None:
    """The order was taken and the answer is lost: it is sent again, as the same order."""
    path = tmp_path / "api.json"
    path.write_text(settings.dump(replace(site.config, timing=Timing(tick=0.1))))
    site.register()
    site.backend.answering.clear()
    first = start(path)
    wait(site.backend.taken)
    first.kill()
    first.wait()
    site.backend.answering.set()
    second, until = start(path), time.monotonic() + 120
    while (row := site.outbox().get("1:CREATE")) is None or row.sent is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    assert len(site.backend.nonces) == 2
    assert len(set(site.backend.nonces)) == 1
    assert len(site.relay.raw) == 1


def test_the_database_is_away_for_a_while(site: Site) -> None:
    stop, turns = threading.Event(), []

    def sleep(seconds: float) -> None:
        turns.append(seconds)
        if len(turns) == 2:
            stop.set()

    run(replace(site.config, database=site.config.database + "/nowhere"), site.clock, sleep, stop)
    assert turns == [20, 20]


def test_the_service_looks_at_once(site: Site) -> None:
    site.register()
    stop = threading.Event()
    run(site.config, site.clock, lambda seconds: stop.set(), stop)
    assert len(site.relay.raw) == 1


def test_the_backends_server_comes_back(site: Site) -> None:
    port = site.backend.port
    site.backend.answers["BANNER"] = "421 not now"
    site.register()
    site.tick()
    assert site.backend.raw == []
    site.backend.answers.clear()
    assert site.config.mail_port == port
    site.tick(seconds=60)
    assert site.backend.subjects == ["CREATE 3 1 person1@example.org"]


def test_one_backend_away_does_not_hold_up_the_others(site: Site) -> None:
    with serving() as unused:
        gone = unused.port
    site.add(models.Location(name="localhost.invalid", basestdid=40, port=str(gone)))
    site.add(models.Student(id=41, username="student1", location="localhost.invalid"))
    site.register(41)
    site.register(3)
    site.tick()
    assert site.backend.subjects == ["CREATE 3 2 person2@example.org"]


def test_one_that_cannot_be_carried_on_stops_no_other(site: Site) -> None:
    site.workshop("Too many", capacity=2**31 - 1)
    first, second = running(site, 3, name="Too many"), running(site, 4)
    site.tick(hours=5)
    assert site.customer(first).last_email_sent == "credentials"
    assert site.customer(second).last_email_sent == "expired"


def test_a_mail_that_we_cannot_write_waits_for_a_better_release(site: Site) -> None:
    site.add_mail({"letter": "unheard-of", "facts": {}})
    site.register()
    site.tick()
    site.tick(seconds=20)
    assert site.outbox()["0:unheard-of"].error.startswith("KeyError")
    assert len(site.relay.raw) == 1
