"""A crowd's servers: a few on their way up at a time, and none that hangs in the way of the others."""

from __future__ import annotations

import threading
import time

import pytest

from wod.engine import pace
from wod.engine.errors import TryLater
from wod.engine.pace import Pace


class Servers:
    """What has been begun, and what of it is up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
        monkeypatch.setattr(pace, "LOOK", 0.01)
        self.begun: list[str] = []
        self.up: set[str] = set()
        self.asked: list[str] = []
        self.pace = Pace(self._is_up, limit)

    def _is_up(self, name: str) -> bool:
        self.asked.append(name)
        return name in self.up

    def begin(self, name: str, patience: float = 20.0) -> None:
        with self.pace.turn(name, patience):
            self.begun.append(name)


def test_as_many_as_the_limit_wait_for_nobody_and_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = Servers(monkeypatch, 2)
    servers.begin("a")
    servers.begin("b")
    servers.begin("b")
    assert servers.begun == ["a", "b", "b"]
    assert servers.asked == []


def test_the_next_waits_until_one_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = Servers(monkeypatch, 1)
    servers.begin("a")
    thread = threading.Thread(target=servers.begin, args=("b",))
    thread.start()
    end = time.monotonic() + 20
    while servers.asked.count("a") < 3 and time.monotonic() < end:
        time.sleep(0.01)
    assert servers.begun == ["a"]
    servers.up.add("a")
    thread.join(20)
    assert servers.begun == ["a", "b"]


def test_who_has_waited_long_enough_is_for_later_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = Servers(monkeypatch, 1)
    servers.begin("a")
    with pytest.raises(TryLater, match="waits for its turn") as refused:
        servers.begin("b", patience=0.05)
    assert refused.value.after == 0
    assert servers.begun == ["a"]


def test_one_that_hangs_counts_no_more_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = Servers(monkeypatch, 1)
    servers.begin("a")
    monkeypatch.setattr(pace, "COMING_UP", 0.0)
    servers.begin("b")
    assert servers.begun == ["a", "b"]


def test_one_that_could_not_be_begun_keeps_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = Servers(monkeypatch, 1)
    with pytest.raises(TryLater, match="the Hub is away"), servers.pace.turn("a"):
        raise TryLater("the Hub is away")
    servers.begin("b", patience=0.0)
    assert servers.begun == ["b"]


def test_there_are_never_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    servers, most = Servers(monkeypatch, 3), []
    lock = threading.Lock()

    def one(name: str) -> None:
        with servers.pace.turn(name), lock:
            servers.begun.append(name)
            most.append(len(servers.begun) - len(servers.up))
        time.sleep(0.01)
        with lock:
            servers.up.add(name)

    threads = [threading.Thread(target=one, args=(f"student{number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(servers.begun) == 20
    assert max(most) <= 3
