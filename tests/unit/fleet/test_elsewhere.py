"""The code of another revision as a process: its answers, its end, its refusals; and content at commits of earlier."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.scratch import Scratch
from wod import repos
from wod.errors import BadInput, WodError
from wod.fleet import pins
from wod.fleet.elsewhere import Elsewhere, Look, Place
from wod.fleet.given import Pin
from wod.fleet.result import HostResult
from wod.settings import load
from wod.site import Host, SiteHost
from wod.sources import Source

RUNS = """
import sys
from wod.fleet.result import HostResult
def run(site, hosts, mode, *, jobs, seconds, logs, on_done, on_start, stop, on_tick):
    print("said by the way")
    for host in hosts:
        if stop():
            return
        on_start(host)
        on_tick()
        if host == "dies":
            sys.exit(3)
        on_done(HostResult(host, "backends", "failed" if host == "bad" else "changed"))
"""


@pytest.fixture
def other(tmp_path: Path) -> Elsewhere:
    """A revision with a roll-out of its own kind: the host "bad" fails, and "dies" ends the process."""
    package = tmp_path / "code" / "wod"
    (package / "fleet").mkdir(parents=True)
    here = Path(repos.__file__).parent
    for name in ("__init__.py", "errors.py", "fleet/__init__.py", "fleet/result.py"):
        (package / name).write_text((here / name).read_text())
    (package / "fleet" / "runs.py").write_text(RUNS)
    roles = {name: {"role": "backends", "digest": "abc"} for name in ("one", "bad", "two", "dies")}
    place = Place(tmp_path / "code", tmp_path, {"WOD_PRIVATE": "x"})
    return Elsewhere(place, Look("0.1+g1", str(tmp_path), roles, (("X", "url", "main", "c0ffee"),)), tmp_path / "log")


def rolled_out(other: Elsewhere, *hosts: str, allowed: int = 9) -> tuple[dict[str, str], list[str]]:
    done: list[HostResult] = []
    began: list[str] = []
    results = other.run(
        Path("inventory.py"),
        hosts,
        jobs=1,
        seconds=9,
        logs=other.log.parent / "logs",
        on_done=done.append,
        on_start=began.append,
        stop=lambda: sum(result.outcome == "failed" for result in done) > allowed,
        on_tick=lambda: None,
    )
    assert {result.host for result in done} == {result.host for result in results}
    return {result.host: result.error or result.outcome for result in results}, began


def test_hosts_are_done_and_told_one_by_one(other: Elsewhere) -> None:
    assert rolled_out(other, "one", "bad", "two") == (
        {"one": "changed", "bad": "failed", "two": "changed"},
        ["one", "bad", "two"],
    )
    assert other.log.read_text() == "said by the way\n"
    assert other.log.stat().st_mode & 0o777 == 0o600


def test_too_many_failures_let_no_further_host_begin(other: Elsewhere) -> None:
    assert rolled_out(other, "bad", "one", allowed=0) == ({"bad": "failed"}, ["bad"])


def test_a_process_that_ends_leaves_no_host_out(other: Elsewhere) -> None:
    why = f"the process of the other revision ended; see {other.log}"
    assert rolled_out(other, "one", "dies", "two")[0] == {"one": "changed", "dies": why, "two": why}


def test_what_must_be_done_before_and_fails_keeps_a_host_as_it_is(other: Elsewhere) -> None:
    before = replace(other, before=lambda host: "no backup" if host == "one" else "")
    assert rolled_out(before, "one", "two") == ({"one": "no backup", "two": "changed"}, ["two"])


def test_it_does_not_outlive_who_sent_it(other: Elsewhere, tmp_path: Path) -> None:
    """Killed (-9), nobody is left who goes on at the hosts."""
    hanging = "import os, time\ndef run(*_, **__):\n    print(os.getpid(), flush=True)\n    time.sleep(600)\n"
    (other.place.code / "wod" / "fleet" / "runs.py").write_text(hanging)
    program = (
        "from pathlib import Path; from wod.fleet.elsewhere import Place\n"
        f"place = Place(Path({str(other.place.code)!r}), Path({str(tmp_path)!r}), {{}})\n"
        f"log = Path({str(other.log)!r})\n"
        "order = {'work': 'roll out', 'inventory': '', 'hosts': [], 'jobs': 1, 'seconds': 1, 'logs': ''}\n"
        "with place.told(log, **order) as (_, answers): next(answers)\n"
    )
    sender = subprocess.Popen([sys.executable, "-c", program])
    wait_until(lambda: other.log.exists() and other.log.read_text().endswith("\n"))
    sent = Path(f"/proc/{int(other.log.read_text())}")
    assert sent.exists()
    sender.kill()
    sender.wait()
    wait_until(lambda: not sent.exists() or "Z (zombie)" in (sent / "status").read_text())


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_revision_that_works_in_another_way_is_refused_with_what_to_do(other: Elsewhere) -> None:
    (other.place.code / "wod" / "fleet" / "runs.py").write_text("def run(somehow): ...\n")
    with pytest.raises(BadInput, match=r"cannot be run by this one \(TypeError.*roll it out by hand: cd .*pyinfra INV"):
        rolled_out(other, "one")
    with pytest.raises(BadInput, match=r"cannot be run by this one \(ImportError"):
        other.place.look(Path("inventory.py"), other.log)


def test_one_that_says_nothing_is_an_error(other: Elsewhere) -> None:
    (other.place.code / "wod" / "errors.py").write_text("import os\nos._exit(1)\n")
    with pytest.raises(WodError, match=r"ended without an answer; see .*log"):
        other.place.look(Path("inventory.py"), other.log)


def test_what_a_host_is_given_has_a_name(other: Elsewhere) -> None:
    member = SiteHost(Host("one"), load(Path(), "test"))
    assert other.fingerprint(member) == "0.1+g1 abc c0ffee"


@pytest.fixture
def upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    monkeypatch.setenv("WOD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path))
    repos.forget()
    scratch = Scratch(tmp_path / "upstream")
    scratch.commit({"a": "1"})
    return scratch


def source(upstream: Scratch, branch: str = "main") -> Source:
    return Source("WODNOBOREPO", str(upstream.path), branch, "/srv/wod")


def pin(upstream: Scratch, commit: str, branch: str = "main") -> Pin:
    return Pin("WODNOBOREPO", str(upstream.path), branch, commit)


def fetched(environment: dict[str, str], of: Source, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a process with this environment takes for the branch."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    repos.forget()
    return repos.fetch(of).commit


def test_a_branch_is_where_it_was(upstream: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one whose history was rewritten, from a server that is gone; another URL is fetched as ever."""
    neighbour = Scratch(tmp_path / "upstream-private")
    theirs = neighbour.commit({"b": "1"})
    old = repos.fetch(source(upstream)).commit
    assert repos.keep(str(upstream.path), old)
    upstream.git("branch", "untouched")
    upstream.git("commit", "--quiet", "--amend", "--message", "Rewritten")
    repos.forget()
    assert repos.fetch(source(upstream)).commit != old
    other = repos.fetch(source(neighbour)).commit
    (tmp_path / "upstream").rename(tmp_path / "gone")
    wanted = [pin(upstream, old), pin(upstream, old, "feature/x"), pin(neighbour, other)]
    environment = pins.environment(wanted, [])
    assert [fetched(environment, source(upstream, name), monkeypatch) for name in ("main", "feature/x")] == [old, old]
    assert fetched({}, source(upstream, "untouched"), monkeypatch) == old
    assert fetched({}, source(neighbour), monkeypatch) == theirs


def test_an_emptied_cache_is_filled_again(upstream: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = upstream.git("rev-parse", "HEAD")
    upstream.commit({"a": "2"})
    member = SiteHost(Host("be1"), load(tmp_path, "test", host={"WODNOBOREPO": str(upstream.path)}))
    assert fetched(pins.environment([pin(upstream, old)], [member]), source(upstream), monkeypatch) == old


def test_a_commit_that_nobody_has_any_more_is_refused(upstream: Scratch, tmp_path: Path) -> None:
    (upstream.path / ".git").rename(tmp_path / "away")
    member = SiteHost(Host("be1"), load(tmp_path, "test", host={"WODNOBOREPO": str(upstream.path)}))
    with pytest.raises(BadInput, match=r"has no commit 0123456789ab any more \(.*cannot be fetched.*name another"):
        pins.environment([pin(upstream, "0123456789abcdef0123456789abcdef01234567")], [member])


def test_variables_of_the_operators_own_are_left_in_place(upstream: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.proxy")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "")
    made = pins.environment([pin(upstream, repos.fetch(source(upstream)).commit)], [])
    assert (made["GIT_CONFIG_COUNT"], "GIT_CONFIG_KEY_0" in made) == ("2", False)
    assert os.environ["GIT_CONFIG_COUNT"] == "1"
