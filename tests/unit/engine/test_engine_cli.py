"""``wod-engine queue`` and ``trace``, with and without a worker."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from tests.unit.engine.orders import config, idle, once, request, submit
from tests.unit.engine.plans import Plan, away, some_dead
from wod.engine import config as settings
from wod.engine.cli import main
from wod.engine.errors import Impossible
from wod.engine.worker import Worker


class Engine:
    """The command, with the configuration of a test."""

    def __init__(self, top: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.top, self.capsys, self.config = top, capsys, config(top)
        (top / "worker.json").write_text(settings.dump(self.config))

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        try:
            status = main(["--config", str(self.top / "worker.json"), *arguments])
        except SystemExit as error:
            status = int(error.code or 0)
        return (status, *self.capsys.readouterr())

    def json(self, *arguments: str) -> object:
        status, out, _ = self(*arguments, "--json")
        assert status == 0
        return json.loads(out)


@pytest.fixture
def engine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Engine:
    return Engine(tmp_path, capsys)


def fail(*_: object) -> None:
    raise Impossible("no such workshop")


def kill_one(engine: Engine, **values: object) -> str:
    """A dead letter that failed at its second step."""
    asked = request(time.time(), **values)  # type: ignore[arg-type]
    submit(engine.top, asked)
    once(engine.config, Plan(two=fail), some_dead(engine.top))
    return asked.id


def test_an_empty_queue(engine: Engine) -> None:
    assert engine("queue", "list") == (0, "nothing is queued\n", "")
    assert engine("trace", "3") == (0, "student3: nothing yet\n", "")
    assert engine.json("queue", "list") == []


def test_before_the_first_mail(engine: Engine) -> None:
    """The roll-out makes the queue's folder, and the receiver what is in it."""
    for path in (engine.top / "queue").iterdir():
        path.rmdir()
    said: list[str] = []
    worker = Worker(engine.config, Plan(), log=said.append)
    worker._turn()
    assert engine("queue", "list") == (0, "nothing is queued\n", "")
    assert said == []


def test_the_list_says_what_each_is_at(engine: Engine) -> None:
    dead = kill_one(engine)
    later, new = request(time.time(), customer=6, student=4), request(time.time() + 1, customer=7)
    submit(engine.top, later)
    once(engine.config, Plan("one", one=away), lambda worker: any(entry.tries for entry in worker.entries.values()))
    submit(engine.top, new)
    rows = {row["id"]: row for row in engine.json("queue", "list")}  # type: ignore[attr-defined]
    assert {key: row["state"] for key, row in rows.items()} == {dead: "dead", later.id: "retry", new.id: "new"}
    assert rows[dead]["reason"] == "no such workshop"
    _, out, _ = engine("queue", "list")
    assert f"{dead}  dead     CREATE student3, customer 5, WKSHP-API101: no such workshop\n" in out
    assert f"{later.id}  retry    CREATE student4, customer 6, WKSHP-API101, next try in " not in out
    assert "the Hub is away" in out


def test_show_tells_the_journal(engine: Engine) -> None:
    dead = kill_one(engine)
    status, out, _ = engine("queue", "show", dead)
    assert status == 0
    assert "finished  step one" in out
    assert "dead  step two, reason no such workshop" in out
    assert [event["event"] for event in engine.json("queue", "show", dead)["journal"]] == ["finished", "dead", "buried"]  # type: ignore[index]


def test_retry_goes_on_where_it_was(engine: Engine) -> None:
    dead, plan = kill_one(engine), Plan()
    assert engine("queue", "retry", dead) == (0, f"{dead} is tried again\n", "")
    once(engine.config, plan, idle)
    assert plan.ran == [(5, "two")]
    done = [(line["step"], line["outcome"]) for line in engine.json("trace", "3")["done"]]  # type: ignore[index]
    assert done == [("one", "done"), ("two", "dead"), ("two", "done")]


def test_retry_begins_anew_when_something_was_forgotten(engine: Engine) -> None:
    """A password that a step remembered was removed with the request's death: the step must run again."""
    plan = Plan(one=lambda _, memory: memory.remember("password", "x"), two=fail)
    submit(engine.top, asked := request(time.time()))
    once(engine.config, plan, some_dead(engine.top))
    engine("queue", "retry", asked.id)
    once(engine.config, plan := Plan(), idle)
    assert plan.ran == [(5, "one"), (5, "two")]


def test_retry_with_a_worker_running(engine: Engine) -> None:
    dead, plan = kill_one(engine), Plan()
    worker = Worker(engine.config, plan, log=lambda line: None)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert engine("queue", "retry", dead)[0] == 0
    end = time.monotonic() + 120
    while engine.json("queue", "list") and time.monotonic() < end:
        time.sleep(0.02)
    worker.stop()
    thread.join(20)
    assert plan.ran == [(5, "two")]


def test_only_the_dead_are_retried(engine: Engine) -> None:
    submit(engine.top, asked := request(time.time()))
    status, out, err = engine("queue", "retry", asked.id)
    assert (status, out) == (1, "")
    assert err == f"wod-engine: {asked.id} is no dead letter (it is new) and needs no retry\n"


def test_drop_a_new_one(engine: Engine) -> None:
    submit(engine.top, asked := request(time.time()))
    assert engine("queue", "drop", asked.id) == (0, f"{asked.id} was removed\n", "")
    assert engine.json("queue", "list") == []
    assert [line["outcome"] for line in engine.json("trace", "3")["done"]] == ["dropped"]  # type: ignore[index]


def test_drop_a_dead_one(engine: Engine) -> None:
    dead = kill_one(engine)
    assert engine("queue", "drop", dead)[0] == 0
    assert list((engine.top / "state/dead").iterdir()) == []


def test_one_that_waits_may_be_dropped_and_one_that_runs_may_not(engine: Engine) -> None:
    begun, go, now = threading.Event(), threading.Event(), time.time()
    plan = Plan("one", one=lambda *_: (begun.set(), str(go.wait(30)))[1])
    running, waiting = request(now), request(now + 0.001, customer=6)
    submit(engine.top, running, waiting)
    worker = Worker(engine.config, plan, log=lambda line: None)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        assert begun.wait(30)
        states = {row["id"]: row["state"] for row in engine.json("queue", "list")}  # type: ignore[attr-defined]
        assert states == {running.id: "running", waiting.id: "waiting"}
        assert engine("queue", "drop", waiting.id)[0] == 0
        status, _, err = engine("queue", "drop", running.id)
        assert (status, "is being carried out and cannot be dropped" in err) == (1, True)
    finally:
        go.set()
        end = time.monotonic() + 120
        while engine.json("queue", "list") and time.monotonic() < end:
            time.sleep(0.02)
        worker.stop()
        thread.join(20)
    assert plan.ran == [(5, "one")]


def test_trace_for_people(engine: Engine) -> None:
    kill_one(engine, verb="CLEANUP")
    _, out, _ = engine("trace", "3")
    first, second, third = out.splitlines()
    assert "CLEANUP  WKSHP-API101  customer 5  one: done in 0." in first
    assert "two: dead in 0.000 s  no such workshop" in second
    assert "dead     CLEANUP student3" in third


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("frobnicate",),
        ("queue",),
        ("queue", "show"),
        ("queue", "drop", "../../etc"),
        ("queue", "drop", "20240131T120000.123456-0a1b2c"),
        ("trace", "x"),
        ("trace", "21"),
        ("trace", "-1"),
        ("work", "now"),
        ("receive",),
    ],
)
def test_wrong_arguments_are_one_sentence(engine: Engine, arguments: tuple[str, ...]) -> None:
    status, out, err = engine(*arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("wod-engine")


@pytest.mark.parametrize("text", [None, "{", "{}", "[]"])
def test_a_configuration_that_cannot_be_used(engine: Engine, text: str | None) -> None:
    path = engine.top / "worker.json"
    path.unlink() if text is None else path.write_text(text)
    status, out, err = engine("queue", "list")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "worker.json" in err
