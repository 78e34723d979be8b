"""Journals, traces and files as power cuts leave them."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from tests.unit.engine.orders import request
from wod.engine import durable, notify, trace
from wod.engine.journal import Folder, progress, tidy
from wod.engine.state import State
from wod.engine.text import one_line


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder.create(State(tmp_path).active, request())


def test_a_torn_line_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text('{"a": 1}\n{"b": 2')
    durable.append(path, [{"c": 3}])
    assert durable.read(path) == [{"a": 1}, {"c": 3}]


@pytest.mark.parametrize("text", ["", "\n", "1\n[]\nnull\n", "\x00\xff", "{}x"])
def test_lines_that_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "lines").write_text(text)
    assert durable.read(tmp_path / "lines") == []


def test_a_replaced_file_is_private_and_a_left_draft_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".f.new").write_text("half")
    durable.replace(tmp_path / "f", "whole")
    assert (tmp_path / "f").read_text() == "whole"
    assert os.listdir(tmp_path) == ["f"]
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600


def test_a_lock_is_one_holders(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with durable.locked(lock), pytest.raises(BlockingIOError), durable.locked(lock, wait=False):
        pass
    with durable.locked(lock, wait=False):
        assert lock.exists()


def later(time: float, due: float) -> dict[str, object]:
    return {"event": "later", "time": time, "step": "b", "reason": "away", "due": due}


def test_progress_of_a_step_that_fails() -> None:
    events = [{"event": "finished", "time": 1, "step": "a"}, later(2, 5), later(6, 9)]
    now = progress(events)
    assert (now.finished, now.tries, now.since, now.due, now.reason) == ({"a"}, 2, 2, 9, "away")
    now = progress([*events, {"event": "finished", "time": 9, "step": "b"}])
    assert (now.finished, now.tries, now.since, now.due) == ({"a", "b"}, 0, None, 0)


@pytest.mark.parametrize(("anew", "finished"), [(False, {"a"}), (True, set())])
def test_progress_of_what_was_brought_back(anew: bool, finished: set[str]) -> None:
    dead = {"event": "dead", "time": 3, "step": "b", "reason": "no"}
    events = [{"event": "finished", "time": 1, "step": "a"}, later(2, 5), dead]
    assert progress(events).dead
    now = progress([*events, {"event": "retried", "time": 4, "anew": anew}])
    assert (now.dead, now.finished, now.tries, now.since) == (False, finished, 0, None)


def test_a_folder_that_is_there_stays(folder: Folder) -> None:
    folder.note("finished", step="a")
    again = Folder.create(folder.path.parent, folder.request)
    assert [event["step"] for event in again.events] == ["a"]


def test_folders_are_private(folder: Folder) -> None:
    folder.memory.remember("password", "x")
    modes = {path.name: path.stat().st_mode & 0o777 for path in [folder.path, *folder.path.iterdir()]}
    assert modes.pop(folder.id) == 0o700
    assert modes == dict.fromkeys(["request.json", "journal.jsonl", "memory.json"], 0o600)


def test_what_was_found_out_is_part_of_the_request(tmp_path: Path) -> None:
    folder = Folder.create(State(tmp_path).active, request(verb="RESET", student=0))
    folder.note("resolved", first=4, last=4)
    assert (folder.request.first, folder.request.last) == (4, 4)


def test_halves_are_tidied_away(folder: Folder) -> None:
    active = folder.path.parent
    (active / ".new-x").mkdir()
    (active / ".gone-y").mkdir()
    (active / ".gone-y/memory.json").write_text("{}")
    tidy(active)
    assert os.listdir(active) == [folder.id]


def finished(moment: float, step: str = "a") -> dict[str, object]:
    return {"event": "finished", "time": moment, "step": step, "seconds": 0.5, "tries": 1, "remark": ""}


def test_a_trace_is_written_once_however_often_it_is_tried(tmp_path: Path) -> None:
    asked = request(verb="RESET", first=3, last=4)
    for _ in range(2):
        trace.write(tmp_path, asked, [finished(1), finished(2, "b")])
    assert [line["step"] for line in trace.of_student(tmp_path, 3)] == ["a", "b"]
    assert trace.of_student(tmp_path, 3) == trace.of_student(tmp_path, 4)
    assert trace.latest(tmp_path, 3) == asked.id
    assert trace.latest(tmp_path, 5) == ""


def test_a_trace_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "BOUND", 20_000)
    for moment in range(300):
        trace.write(tmp_path, request(), [finished(moment)])
    lines = trace.of_student(tmp_path, 3)
    assert lines[-1]["time"] == 299
    assert 20 < len(lines) < 120
    assert trace.path(tmp_path, 3).stat().st_size <= 20_000


def test_the_count_of_lines_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "BOUND", 2_000)
    monkeypatch.setattr(trace, "KEPT", 2)
    for moment in range(50):
        trace.write(tmp_path, request(), [finished(moment)])
    assert len(trace.of_student(tmp_path, 3)) < 15


def test_systemd_hears_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "60000000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        notify.tell("READY=1")
        watchdog = notify.Watchdog()
        watchdog.feed()
        watchdog.feed()
        assert [channel.recv(99) for _ in range(2)] == [b"READY=1", b"WATCHDOG=1"]
        channel.setblocking(False)
        with pytest.raises(BlockingIOError):
            channel.recv(99)


@pytest.mark.parametrize("address", ["", "nonsense", "/nonexistent/socket", "@wod-nobody-listens-here"])
def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify.tell("READY=1")


def test_lines_for_logs() -> None:
    assert one_line("a\nb\tc\x1b[2J\u2028é") == "a b c?[2J??"
    assert one_line("x" * 999) == "x" * 197 + "..."
    assert json.dumps(one_line(" \r\n")) == '""'
