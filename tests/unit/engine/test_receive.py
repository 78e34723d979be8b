"""``wod-engine receive`` as postfix runs it."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.engine.orders import API, KEY, order, plain, receiver, signed
from wod.engine import config as settings
from wod.engine.mail import LIMIT
from wod.engine.receive import EX_DATAERR, EX_OK, EX_TEMPFAIL, receive
from wod.engine.request import Request

COMMAND = [sys.executable, "-m", "wod.engine.cli", "receive"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The receiver's configuration, in a file."""
    config = receiver(tmp_path / "queue", unsigned_from=(API,))
    (tmp_path / "receive.json").write_text(settings.dump(config))
    return tmp_path / "receive.json"


def run(path: Path, raw: bytes, *options: str, **keywords: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, "--config", path, *options], input=raw, capture_output=True, **keywords)  # type: ignore[call-overload, no-any-return]


def queued(path: Path) -> list[Request]:
    return [Request.load(each.read_text()) for each in sorted((path.parent / "queue/new").glob("*"))]


def test_a_signed_order_is_queued(path: Path) -> None:
    done = run(path, signed(now=time.time()))
    assert (done.returncode, done.stdout, done.stderr) == (EX_OK, b"", b"")
    assert [(each.verb, each.signed, each.client) for each in queued(path)] == [("CREATE", True, "")]


def test_an_identical_replay_succeeds_and_is_called_one(path: Path) -> None:
    raw, lines = signed(now=time.time()), []
    for _ in range(2):
        assert receive(io.BytesIO(raw), path, API, lambda _, line: lines.append(line)) == EX_OK
    assert [line.split(" ")[0].rstrip(":") for line in lines] == ["accepted", "replay"]
    assert len(queued(path)) == 1


def test_a_stranger_is_refused_for_good(path: Path) -> None:
    done = run(path, plain("CLEANUP 3 5"), "--client", "198.51.100.7")
    assert done.returncode == EX_DATAERR
    assert done.stderr == (
        b"refused from 198.51.100.7: the order is not signed, and 198.51.100.7 is not in WODUNSIGNEDFROM\n"
    )
    assert queued(path) == []


def test_the_originals_api_may_be_trusted_by_address(path: Path) -> None:
    assert run(path, plain("RESET [object Promise] 7"), "--client", API).returncode == EX_OK
    assert [(each.first, each.customer, each.signed, each.client) for each in queued(path)] == [(0, 7, False, API)]


def test_no_more_than_the_limit_is_read(path: Path) -> None:
    stream = io.BytesIO(signed() + b"x" * 10 * LIMIT)
    assert receive(stream, path, "", lambda *_: None) == EX_DATAERR
    assert stream.tell() == LIMIT + 1


BROKEN = {
    "missing": None,
    "not JSON": "{",
    "a list": "[]",
    "incomplete": "{}",
    "short key": json.dumps({"backend": "b", "key": "short", "first": 1, "last": 2, "queue": "QUEUE"}),
    "no key": json.dumps({"backend": "b", "key": "", "first": 1, "last": 2, "queue": "QUEUE"}),
    "bad network": json.dumps(
        {"backend": "b", "key": KEY, "first": 1, "last": 2, "unsigned_from": ["x"], "queue": "QUEUE"}
    ),
    "no queue": json.dumps({"backend": "b", "key": KEY, "first": 1, "last": 2, "queue": "/nonexistent/queue"}),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_wrong_on_this_host_is_passing(path: Path, text: str | None) -> None:
    path.unlink() if text is None else path.write_text(text.replace("QUEUE", str(path.parent / "queue")))
    done = run(path, signed(order(student=2), time.time(), backend="b"), "--client", API)
    assert done.returncode == EX_TEMPFAIL
    assert done.stderr.startswith(b"try later: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("options", [("--clint", "x"), ("--client",), ("extra",)])
def test_a_mistake_in_postfixs_configuration_bounces_nothing(path: Path, options: tuple[str, ...]) -> None:
    done = run(path, signed(), *options)
    assert done.returncode == EX_TEMPFAIL
    assert done.stderr.count(b"\n") == 1


def test_a_disk_that_takes_no_more_is_passing(path: Path) -> None:
    raw = signed(now=time.time())
    done = run(path, raw, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
    assert done.returncode == EX_TEMPFAIL
    assert b"File too large" in done.stderr
    assert [each for each in (path.parent / "queue").rglob("*") if each.is_file()] == []
    assert run(path, raw).returncode == EX_OK
    assert len(queued(path)) == 1


def test_the_umask_of_postfix_does_not_matter(path: Path) -> None:
    run(path, signed(now=time.time()), preexec_fn=lambda: os.umask(0))
    modes = {each.stat().st_mode & 0o077 for each in (path.parent / "queue").rglob("*")}
    assert modes == {0}


def test_a_hundred_at_once(path: Path) -> None:
    """Every mail twice, side by side: each is accepted, none is queued twice."""
    mails = [signed(order(customer=number), time.time()) for number in range(1, 51)]
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lambda raw: run(path, raw), mails * 2))
    assert {done.returncode for done in results} == {EX_OK}
    assert sorted(each.customer for each in queued(path)) == list(range(1, 51))


def test_receiving_imports_only_what_it_needs(path: Path) -> None:
    """It starts once per mail."""
    code = (
        "import sys; from wod.engine import cli; cli.main(['receive', '--config', '/nonexistent']); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, input="").stdout
    assert not {"jinja2", "httpx", "pyinfra", "pydantic", "wod.engine.worker", "wod.engine.actions"} & set(
        loaded.split()
    )
