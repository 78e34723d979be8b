"""The queue on the disk: whole or not at all, once and not twice, wherever its process ends."""

from __future__ import annotations

import dataclasses
import os
from contextlib import suppress
from pathlib import Path

import pytest

from tests.unit.engine.orders import request
from wod.engine import queue as module
from wod.engine.queue import Queue, Reused
from wod.engine.request import Request

NONCE = "ab" * 16


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path)


def test_a_request_lies_in_new(queue: Queue) -> None:
    asked = request()
    assert queue.put(asked, NONCE)
    assert [Request.load(path.read_text()) for path in queue.new.iterdir()] == [asked]
    assert list(queue.tmp.iterdir()) == []
    assert (queue.new / asked.id).stat().st_mode & 0o777 == 0o600


def test_a_replay_is_not_queued_again(queue: Queue) -> None:
    assert queue.put(request(), NONCE)
    assert not queue.put(request(), NONCE)
    assert len(list(queue.new.iterdir())) == 1
    assert list(queue.tmp.iterdir()) == []


def test_a_replay_of_what_the_worker_took_is_not_queued_again(queue: Queue) -> None:
    asked = request()
    queue.put(asked, NONCE)
    (queue.new / asked.id).unlink()
    assert not queue.put(request(), NONCE)
    assert list(queue.new.iterdir()) == []


def test_a_nonce_is_for_one_order(queue: Queue) -> None:
    queue.put(request(), NONCE)
    with pytest.raises(Reused, match="belongs to another order"):
        queue.put(request(customer=6), NONCE)
    assert len(list(queue.new.iterdir())) == 1


def test_unsigned_ones_have_no_nonce(queue: Queue) -> None:
    assert queue.put(request())
    assert queue.put(request())
    assert len(list(queue.new.iterdir())) == 2


SYSTEM_CALLS = ["open", "write", "fsync", "link", "rename"]


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


@pytest.mark.parametrize("call", SYSTEM_CALLS)
@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_wherever_it_is_killed_the_same_mail_again_is_queued_once(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, call: str, number: int, after: bool
) -> None:
    """The process ends right before or after its n-th system call of a kind; postfix then delivers the mail again."""
    real, count = getattr(os, call), iter(range(1000))

    def killing(*args: object, **kwargs: object) -> object:
        last = next(count) == number
        if last and not after:
            raise Killed
        result = real(*args, **kwargs)
        if last:
            raise Killed
        return result

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(os, call, killing)
        queue.put(request(), NONCE)
    queue.put(request(), NONCE)
    queue.put(request(), NONCE)
    assert len(list(queue.new.iterdir())) == 1


def test_a_failing_disk_leaves_nothing_behind(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        queue.put(request(), NONCE)
    assert [path for path in queue.tmp.parent.rglob("*") if path.is_file()] == []


def test_an_id_that_is_taken_is_left_alone(queue: Queue) -> None:
    asked = request()
    (queue.tmp / asked.id).write_text("another's")
    with pytest.raises(FileExistsError):
        queue.put(asked, NONCE)
    assert (queue.tmp / asked.id).read_text() == "another's"


def test_clearing(queue: Queue) -> None:
    old, new, waste, lost = request(), request(), request(), request()
    queue.put(old, NONCE)
    queue.put(new, "cd" * 16)
    (queue.tmp / waste.id).write_text(waste.dump())
    (queue.tmp / lost.id).write_text(lost.dump())
    (queue.nonces / ("ef" * 16)).hardlink_to(queue.tmp / lost.id)
    now = (queue.new / new.id).stat().st_mtime
    os.utime(queue.nonces / NONCE, (now - 2 * 3600 - 1,) * 2)
    for path in queue.tmp.iterdir():
        os.utime(path, (now - module.STALE - 1,) * 2)
    queue.clear(1, now)
    assert {path.name for path in queue.nonces.iterdir()} == {"cd" * 16, "ef" * 16}
    assert list(queue.tmp.iterdir()) == []
    assert {path.name for path in queue.new.iterdir()} == {old.id, new.id, lost.id}


def test_clearing_happens_once_an_hour(queue: Queue) -> None:
    queue.clear(1)
    queue.put(request(), NONCE)
    moment = (queue.nonces / NONCE).stat().st_mtime
    os.utime(queue.nonces / NONCE, (moment - 9 * 3600,) * 2)
    queue.clear(1, moment + 60)
    assert (queue.nonces / NONCE).exists()
    queue.clear(1, moment + module.STALE + 60)
    assert not (queue.nonces / NONCE).exists()


def test_requests_keep_their_fields(queue: Queue) -> None:
    asked = dataclasses.replace(request(), client="192.0.2.30", signed=False)
    queue.put(asked)
    assert Request.load((queue.new / asked.id).read_text()) == asked
