"""``wod rollout``, ``wod hold`` and ``wod unhold`` on modelled hosts."""

from __future__ import annotations

import json
import signal
import time
from datetime import date
from pathlib import Path

import pytest

from tests.unit.fleet.trouble import TroubledSite, troubled

TODAY = date.today().isoformat()


def wait_for(path: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert path.exists(), path


def results_of(site: TroubledSite) -> Path:
    (record,) = (site.folder / "state" / "test" / "runs").iterdir()
    return record / "hosts"


def test_the_others_are_done_and_each_trouble_is_named(tmp_path: Path) -> None:
    site = troubled(tmp_path, 4, unreachable=True)
    site.trouble("be1", "bug")
    site.trouble("be2", "hang")
    assert site.wod("hold", "@fake/be3", "--reason", "exam", "--until", TODAY)[0] == 0
    page = tmp_path / "rollout.html"
    code, out, err = site.wod("rollout", "--yes", "--timeout", "25", "--max-failures", "9", "--html", str(page))
    assert (code, err) == (1, "")
    summary = out.partition("\n\n")[2]
    for words in (
        ["be1", "failed", "RuntimeError: a bug in a deploy"],
        ["be2", "timeout", "longer than 25 seconds"],
        ["be3", "held", "exam"],
        ["be4", "changed", "operations"],
        ["gone", "unreachable"],
    ):
        (line,) = [line for line in summary.splitlines() if words[0] in line and "logs" not in line]
        assert all(word in line for word in words), line
    assert "1 changed, 1 failed, 1 unreachable, 1 timeout, 1 held in" in summary
    assert site.site.model("be3").log == []
    for said in ("failed: RuntimeError: a bug in a deploy", "timeout: it took longer", "held until", "1 unreachable"):
        assert said in page.read_text()


def test_a_page_that_cannot_be_written_is_said_before_anything_is_done(tmp_path: Path) -> None:
    site = troubled(tmp_path, 1)
    code, _, err = site.wod("rollout", "--yes", "--html", str(tmp_path / "none" / "page.html"))
    assert (code, "page.html cannot be written" in err, site.site.model("be1").log) == (2, True, [])


def test_where_the_canary_is_held_the_others_are_no_trial(tmp_path: Path) -> None:
    site = troubled(tmp_path, 3)
    site.wod("hold", "@fake/be1", "--reason", "exam", "--until", TODAY)
    site.trouble("be2", "bug")
    code, hosts, report = site.rollout("--canary", "@fake/be1", "--max-failures", "1", "--wave", "1")
    assert (code, report["stopped"], hosts["be3"]["outcome"]) == (1, "", "changed")
    assert report["summary"].startswith("1 changed, 1 failed, 1 held in ")


def test_a_failing_canary_ends_it_and_a_resumed_one_does_the_rest(tmp_path: Path) -> None:
    site = troubled(tmp_path, 3)
    site.trouble("be2", "bug")
    code, hosts, report = site.rollout("--canary", "@fake/be1,@fake/be2", "--max-failures", "5")
    assert (code, [hosts[name]["outcome"] for name in ("be1", "be2", "be3")]) == (1, ["changed", "failed", "skipped"])
    assert report["stopped"] == "@fake/be2 failed as canary"
    site.heal("be2")
    code, hosts, _ = site.rollout("--resume")
    assert (code, [hosts[name]["outcome"] for name in ("be1", "be2", "be3")]) == (0, ["skipped", "changed", "changed"])


def test_one_that_is_not_healthy_has_failed_and_ends_it_after_its_wave(tmp_path: Path) -> None:
    site = troubled(tmp_path, 2)
    (tmp_path / "ill").write_text("the Hub does not answer")
    code, hosts, _ = site.rollout("--wave", "1")
    assert (code, hosts["be1"]["outcome"], hosts["be2"]["outcome"]) == (1, "failed", "skipped")
    assert hosts["be1"]["error"] == "rolled out, but not healthy: the Hub does not answer"


def test_settings_that_changed_are_rolled_out_again(tmp_path: Path) -> None:
    site = troubled(tmp_path, 1)
    assert site.rollout()[1]["be1"]["outcome"] == "changed"
    assert site.rollout("--resume")[1]["be1"]["outcome"] == "skipped"
    site.site.settings("USERMAX: 5\n")
    assert site.rollout("--resume")[1]["be1"]["outcome"] == "changed"


def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path: Path) -> None:
    site = troubled(tmp_path, 2)
    site.trouble("be2", "hang")
    process = site.start("rollout", "--yes", "--json")
    try:
        wait_for(tmp_path / "state" / "test" / "runs")
        wait_for(results_of(site) / "@fake_be1.json")
        code, _, err = site.wod("rollout", "--yes")
        assert (code, f"process {process.pid}" in err) == (2, True)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    site.heal("be2")
    commands = len(site.site.model("be1").log)
    code, out, err = site.wod("rollout", "--yes", "--resume", "--json")
    hosts = {host["host"]: host["outcome"] for host in json.loads(out)["hosts"]}
    assert (code, hosts) == (0, {"@fake/be1": "skipped", "@fake/be2": "changed"})
    assert "was cut off" in err
    assert len(site.site.model("be1").log) == commands


def test_interrupted_it_says_what_is_done(tmp_path: Path) -> None:
    site = troubled(tmp_path, 2)
    site.trouble("be2", "hang")
    process = site.start("rollout", "--yes", "--json")
    wait_for(tmp_path / "state" / "test" / "runs")
    wait_for(results_of(site) / "@fake_be1.json")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    hosts = {host["host"]: host for host in json.loads(out)["hosts"]}
    assert process.returncode == 1, err
    assert hosts["@fake/be1"]["outcome"] == "changed"
    assert hosts["@fake/be2"]["error"] == "interrupted while it was at work"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rollout", "--limit", "be9", "--yes"], "be9 fits no host"),
        (["rollout", "--canary", "0", "--yes"], "--canary 0"),
        (["rollout", "--resume", "--yes"], "no roll-out to resume"),
        (["rollout"], "--yes"),
        (["hold", "@fake/be1", "--reason", "x", "--until", "2020-01-01"], "over already"),
        (["hold", "@fake/be1"], "--until"),
        (["hold", "be9", "--reason", "x", "--until", TODAY], "there is no host be9"),
        (["unhold", "@fake/be1"], "not held"),
    ],
)
def test_bad_input_is_one_sentence_and_touches_nothing(tmp_path: Path, words: list[str], said: str) -> None:
    site = troubled(tmp_path, 1)
    code, _, err = site.wod(*words)
    assert (code, said in err, err.count("\n")) == (2, True, 1), err
    assert site.site.model("be1").log == []


def test_holds_are_listed_and_let_go(tmp_path: Path) -> None:
    site = troubled(tmp_path, 1)
    site.wod("hold", "@fake/be1", "--reason", "exam", "--until", TODAY)
    assert site.wod("hold", "--list")[1].startswith(f"@fake/be1: held until {TODAY} by ")
    assert site.wod("unhold", "@fake/be1")[0] == 0
    assert site.wod("hold", "--list")[1] == ""
