"""Tens of thousands of hostile mails: nothing but the queue changes, nothing crashes, only valid orders get in.

The generator takes a valid order and does one thing to it, of which it knows whether the order stays valid. So what is
accepted can be compared with what should be.
"""

from __future__ import annotations

import io
import itertools
import os
import random
import syslog
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.engine.hostile import HOSTILE, USUAL, Made, huge
from tests.unit.engine.orders import API, NOW, receiver
from wod.engine import config as configuration
from wod.engine import mail
from wod.engine import receive as module
from wod.engine.receive import EX_DATAERR, EX_OK, receive
from wod.engine.request import Request


class Receiving:
    """A receiver in a folder, and all it says and leaves."""

    def __init__(self, top: Path) -> None:
        self.top, self.path = top, top / "receive.json"
        self.path.write_text(configuration.dump(receiver(top / "queue", unsigned_from=(API,))))
        self.said: list[tuple[int, str]] = []

    def take(self, raw: bytes, client: str) -> int:
        return receive(io.BytesIO(raw), self.path, client, lambda *said: self.said.append(said))

    def queued(self) -> int:
        folder = self.top / "queue/new"
        return len(os.listdir(folder)) if folder.exists() else 0

    def outside(self) -> set[tuple[str, int, int]]:
        found = {(str(path), path.lstat().st_mtime_ns, path.lstat().st_size) for path in self.top.iterdir()}
        return {entry for entry in found if not entry[0].endswith("/queue")}


@pytest.fixture
def receiving(memory: Path, monkeypatch: pytest.MonkeyPatch) -> Receiving:
    monkeypatch.chdir(memory)
    monkeypatch.setenv("HOME", str(memory))
    clock = itertools.count()  # it never stands still: a request's id is its microsecond, and six random digits
    monkeypatch.setattr(module.time, "time", lambda: NOW + next(clock) * 1e-6)
    return Receiving(memory)


def check(receiving: Receiving, made: Made) -> None:
    """The mail is taken if it is an order, and refused with one line if not."""
    raw, client, fine = made
    before, said = receiving.queued() if not fine else 0, len(receiving.said)
    status = receiving.take(raw, client)
    assert status == (EX_OK if fine else EX_DATAERR), (raw[:500], client, receiving.said[-1])
    ((priority, line),) = receiving.said[said:]
    assert line.isascii()
    assert line.isprintable()
    assert len(line) <= 300
    assert priority == (syslog.LOG_INFO if fine else syslog.LOG_WARNING)
    if not fine:
        assert receiving.queued() == before
        assert line.startswith("refused from ")


COUNT = 40
"""Examples of 520 mails: 20,800."""


@settings(max_examples=COUNT, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(seed=st.integers(0, 2**64))
def test_hostile_mails(receiving: Receiving, seed: int) -> None:
    rng, outside, start = random.Random(seed), receiving.outside(), receiving.queued()
    makers = [rng.choice(USUAL) for _ in range(517)] + [huge, huge, huge]
    mails = [maker(rng) for maker in makers]
    for made in mails:
        check(receiving, made)
    accepted = {raw for raw, _, fine in mails if fine and b"X-WoD" in raw}
    unsigned = [raw for raw, _, fine in mails if fine and b"X-WoD" not in raw]
    assert receiving.queued() - start == len(accepted) + len(unsigned)
    assert receiving.outside() == outside
    for raw in rng.sample(sorted(accepted), 5):
        assert receiving.take(raw, "") == EX_OK
        assert receiving.said[-1][1].startswith("replay: ")
    assert receiving.queued() - start == len(accepted) + len(unsigned)
    for path in (receiving.top / "queue").glob("n*/*"):
        path.unlink()


WORDS = st.sampled_from([*HOSTILE, "CREATE", "RESET", "3", "5", "a@example.org", " ", ",", "\n", "Subject:", "WKSHP-a"])


@settings(max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=12))
def test_what_is_taken_of_a_jumble_is_what_is_written_there(receiving: Receiving, words: list[str]) -> None:
    raw = ("Subject:" + "".join(words)).encode(errors="replace")
    assert receiving.take(raw, API) in (EX_OK, EX_DATAERR)
    for path in (receiving.top / "queue").glob("new/*"):
        found = Request.load(path.read_text())
        assert f"{found.verb} {found.first}" in " ".join(raw.decode(errors="replace").split())
        path.unlink()


@given(raw=st.binary(max_size=300))
def test_noise_is_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    with pytest.raises(mail.Refused):
        mail.parse(raw, receiver(tmp_path_factory.getbasetemp() / "q", unsigned_from=(API,)), API, NOW)
