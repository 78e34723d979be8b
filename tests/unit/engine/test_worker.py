"""The worker, with planners of the test's own: order, retries, dead letters, duplicates."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path

import pytest

from tests.unit.engine.orders import config, idle, once, request, submit
from tests.unit.engine.plans import Plan, away, dead, some_dead, traced
from wod.engine import durable, trace
from wod.engine.errors import Impossible, TryLater
from wod.engine.journal import Event, Folder, progress
from wod.engine.request import Request
from wod.engine.state import State, carried_out, forget_done, remember_done
from wod.engine.step import Memory, Step
from wod.engine.worker import AlreadyRunning, Worker


def test_a_request_is_carried_out_and_traced(tmp_path: Path) -> None:
    plan = Plan(two=lambda *_: "went\nwell")
    submit(tmp_path, request(time.time()))
    once(config(tmp_path), plan, idle)
    assert plan.ran == [(5, "one"), (5, "two")]
    assert traced(tmp_path) == [(5, "one", "done", ""), (5, "two", "done", "went well")]
    assert list((tmp_path / "state/active").iterdir()) == []
    assert list((tmp_path / "queue/new").iterdir()) == []


def test_a_failing_step_is_tried_again_and_no_other(tmp_path: Path) -> None:
    left = [SystemExit(3), TryLater("the API is away", after=0.01)]

    def fail(*_: object) -> None:
        if left:
            raise left.pop(0)

    plan = Plan("one", "two", "three", two=fail)
    submit(tmp_path, request(time.time()))
    once(config(tmp_path), plan, idle)
    assert [name for _, name in plan.ran] == ["one", "two", "two", "two", "three"]
    assert [line["tries"] for line in trace.of_student(State(tmp_path / "state").trace, 3)] == [1, 3, 1]


def test_what_is_impossible_is_a_dead_letter_at_once(tmp_path: Path) -> None:
    def fail(_: Request, memory: Memory) -> None:
        memory.remember("password", "s3cret")
        raise Impossible("no such workshop\x1b[2J")

    plan = Plan("one", "two", two=fail)
    submit(tmp_path, request(time.time()))
    once(config(tmp_path), plan, some_dead(tmp_path))
    assert traced(tmp_path)[-1] == (5, "two", "dead", "no such workshop?[2J")
    (folder,) = dead(tmp_path)
    assert {path.name for path in folder.path.iterdir()} == {"request.json", "journal.jsonl"}
    assert "s3cret" not in "".join(path.read_text() for path in (tmp_path / "state").rglob("*.json*"))


def test_patience_ends(tmp_path: Path) -> None:
    """It first failed 61 minutes ago; that it came much earlier does not count."""
    plan, settings = Plan("one", one=away), config(tmp_path)
    folder = Folder.create(State(tmp_path / "state").active, request())
    earlier = {"event": "later", "time": time.time() - 61 * 60, "step": "one", "reason": "x", "due": 0.0}
    durable.append(folder.path / "journal.jsonl", [earlier])
    once(settings, plan, some_dead(tmp_path))
    assert traced(tmp_path) == [(5, "one", "dead", "given up after 60 minutes: the Hub is away")]


def test_the_time_of_the_next_try_outlives_the_worker(tmp_path: Path) -> None:
    plan, settings = Plan("one", one=away), config(tmp_path)
    submit(tmp_path, request())
    first = once(settings, plan, lambda worker: any(entry.tries for entry in worker.entries.values()))
    again = once(settings, plan, lambda worker: bool(worker.entries))
    assert [entry.due for entry in again.entries.values()] == [entry.due for entry in first.entries.values()]
    assert len(plan.ran) == 1


def test_memory_lasts_from_step_to_step_and_no_longer(tmp_path: Path) -> None:
    seen: list[object] = []
    plan = Plan(one=lambda _, memory: memory.remember("a", "b"), two=lambda _, memory: seen.append(memory.recall("a")))
    submit(tmp_path, request(time.time()))
    once(config(tmp_path), plan, idle)
    assert seen == ["b"]
    assert list((tmp_path / "state").rglob("memory.json")) == []


def test_a_waiting_request_keeps_its_students_later_ones_waiting(tmp_path: Path) -> None:
    """Student 3's second order waits for the first one's retry; student 4 does not."""
    gate = [True]

    def fail(asked: Request, _: Memory) -> None:
        if asked.customer == 1 and gate:
            gate.pop()
            raise TryLater("later", after=0.3)

    plan = Plan("one", one=fail)
    now = time.time()
    submit(tmp_path, request(now, customer=1), request(now + 0.001, customer=2, verb="CLEANUP"))
    submit(tmp_path, request(now + 0.002, customer=3, student=4))
    once(config(tmp_path, jobs=1), plan, idle)
    assert [customer for customer, _ in plan.ran] == [1, 3, 1, 2]


def test_students_run_side_by_side(tmp_path: Path) -> None:
    meeting = threading.Barrier(4, timeout=20)
    plan = Plan("one", one=lambda *_: str(meeting.wait() >= 0))
    now = time.time()
    submit(tmp_path, *(request(now, customer=number, student=number) for number in range(1, 5)))
    once(config(tmp_path, jobs=4), plan, idle)
    assert len(plan.ran) == 4


def test_the_same_order_twice_is_carried_out_once(tmp_path: Path) -> None:
    """Unsigned resends of the original API carry no nonce."""
    plan, now = Plan("one"), time.time()
    submit(tmp_path, request(now), request(now + 1), request(now + 2, verb="CLEANUP"), request(now + 3, customer=0))
    submit(tmp_path, request(now + 4, customer=0))
    once(config(tmp_path), plan, idle)
    assert sorted(customer for customer, _ in plan.ran) == [0, 0, 5, 5]
    remarks = [remark for _, _, _, remark in traced(tmp_path)]
    assert sum("already done, by" in str(remark) for remark in remarks) == 1


def test_what_was_done_is_forgotten_after_a_month(tmp_path: Path) -> None:
    state, asked = State(tmp_path), request()
    remember_done(state, asked)
    assert carried_out(state, dataclasses.replace(asked, id="another")) == asked.id
    assert carried_out(state, request(customer=6)) is None
    forget_done(state, time.time() + 29 * 86400)
    assert carried_out(state, asked)
    forget_done(state, time.time() + 31 * 86400)
    assert carried_out(state, asked) is None


def test_a_plan_with_a_name_twice_is_refused(tmp_path: Path) -> None:
    plan = Plan("one", "one")
    submit(tmp_path, request(time.time()))
    once(config(tmp_path), plan, some_dead(tmp_path))
    assert plan.ran == []


def test_a_damaged_folder_goes_to_the_dead_letters(tmp_path: Path) -> None:
    settings = config(tmp_path)
    folder = Folder.create(State(tmp_path / "state").active, request())
    (folder.path / "request.json").write_text("{")
    once(settings, Plan(), some_dead(tmp_path))
    assert [each.id for each in dead(tmp_path)] == [folder.id]


def test_there_is_one_worker(tmp_path: Path) -> None:
    settings = config(tmp_path)
    first = Worker(settings, Plan(), log=lambda line: None)
    thread = threading.Thread(target=first.run)
    thread.start()
    while not first._tidied:
        time.sleep(0.01)
    with pytest.raises(AlreadyRunning, match="another worker holds"):
        Worker(settings, Plan()).run()
    first.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_stopping_lets_the_step_finish_and_begins_no_other(tmp_path: Path) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        begun.set()
        go.wait(20)

    plan, settings = Plan(one=slow), config(tmp_path)
    worker = Worker(settings, plan, log=lambda line: None)
    submit(tmp_path, request(time.time()))
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert begun.wait(20)
    worker.stop()
    go.set()
    thread.join(20)
    assert plan.ran == [(5, "one")]
    once(settings, plan, idle)
    assert plan.ran == [(5, "one"), (5, "two")]


def test_stopping_is_bounded(tmp_path: Path) -> None:
    begun, go = threading.Event(), threading.Event()
    plan = Plan(one=lambda *_: (begun.set(), str(go.wait(60)))[1])
    worker = Worker(config(tmp_path), plan, log=lambda line: None)
    submit(tmp_path, request(time.time()))
    thread = threading.Thread(target=worker.run, args=(0.1,))
    thread.start()
    assert begun.wait(20)
    worker.stop()
    thread.join(20)
    assert not thread.is_alive()
    go.set()


def test_a_courteous_step_lets_the_others_go_first(tmp_path: Path) -> None:
    class Courteous(Plan):
        def __call__(self, asked: Request, memory: Memory) -> list[Step]:
            first, last = super().__call__(asked, memory)
            return [first, dataclasses.replace(last, courteous=True)]

    plan = Courteous()
    for customer in (5, 6, 7):
        submit(tmp_path, request(time.time() + customer, first=customer, last=customer, customer=customer))
    once(dataclasses.replace(config(tmp_path), jobs=1), plan, idle)
    assert [name for _, name in plan.ran] == ["one", "one", "one", "two", "two", "two"]
    assert traced(tmp_path, 5) == [(5, "one", "done", ""), (5, "two", "done", "")]


def test_a_courteous_step_that_is_tried_later_goes_on_letting_others_first() -> None:
    events: list[Event] = [{"event": "yielded", "step": "two"}]
    events.append({"event": "later", "step": "two", "reason": "full", "due": 1.0, "time": 1.0})
    assert progress(events).yielded
    assert not progress([*events, {"event": "finished", "step": "two"}]).yielded


def test_leisure_is_for_when_there_is_nothing_to_do(tmp_path: Path) -> None:
    class Diligent(Plan):
        made = 0

        def leisure(self) -> bool:
            self.made += 1
            return self.made < 3

    plan = Diligent()
    worker = Worker(config(tmp_path), plan, log=lambda line: None)
    thread = threading.Thread(target=worker.run)
    thread.start()
    end = time.monotonic() + 120
    while plan.made < 3 and time.monotonic() < end:
        time.sleep(0.02)
    worker.stop()
    thread.join(20)
    assert plan.made == 3
