"""What was seen beside what should be: the rows, the table, the metrics, the command."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from tests.unit.fleet.test_survey import folder, written
from wod.cli.status import status, tried
from wod.errors import BadInput
from wod.fleet import metrics, statustable
from wod.fleet.drift import DRIFTED
from wod.fleet.history import History, HostRow
from wod.fleet.holds import hold
from wod.fleet.state import folder_of
from wod.fleet.status import Row, Wanted, all_well, current, drift_of, remarks, wanted_of
from wod.fleet.survey import Disk, Seen
from wod.inventory import load_site

__all__ = ["folder"]
STAMP = {
    "revision": "0.1.0+g1",
    "settings": "abc",
    "private": "p1",
    "content": "c1 c2",
    "changed": "2026-11-20T01:00:00Z",
}
WANTED = Wanted("0.1.0+g1", "abc", "p1", "c1 c2")
SEEN = Seen(
    True,
    seconds=0.25,
    stamp=STAMP,
    active=3,
    queue={"waiting": 2, "dead": 1},
    disks=(Disk("/", 0.42), Disk("/student", 0.95)),
    uptime=90000.0,
    load=0.5,
    cpus=4,
)
BE1 = Row("be1", "backends", SEEN, current(SEEN, WANTED), seats=20)
GONE = Row("be2", "backends", Seen(False, "be2 could not be reached: no route"), seats=20, held="held until Monday")


def shown(*rows: Row) -> str:
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(statustable.table(rows))
    return console.export_text()


def test_what_the_repository_has_is_current() -> None:
    assert current(SEEN, WANTED) == {"revision": True, "settings": True, "private": True, "content": True}
    assert current(SEEN, Wanted("0.2.0", "abc", "p2", None)) == {
        "revision": False, "settings": True, "private": False, "content": None
    }  # fmt: skip


def test_of_a_host_that_was_not_seen_nothing_is_known() -> None:
    nothing = {"revision": None, "settings": None, "private": None, "content": None}
    assert current(GONE.seen, WANTED) == nothing
    assert current(replace(SEEN, trouble={"stamp": "damaged"}), WANTED) == nothing


def test_a_host_that_was_never_rolled_out_has_nothing() -> None:
    bare = replace(SEEN, stamp={})
    row = replace(BE1, seen=bare, current=current(bare, WANTED))
    assert statustable.currency(row) == "[yellow]nothing[/]"
    assert "it was never rolled out" in remarks(row)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"revision": True, "settings": True, "private": True, "content": True}, "[green]✓[/]"),
        (
            {"revision": False, "settings": True, "private": True, "content": False},
            "[yellow]behind: revision content[/]",
        ),
        (
            {"revision": False, "settings": True, "private": True, "content": None},
            "[yellow]behind: revision[/] content?",
        ),
    ],
)
def test_the_table_says_what_is_behind(parts: dict[str, bool | None], text: str) -> None:
    assert statustable.currency(replace(BE1, current=parts)) == text


def test_the_table_has_every_host() -> None:
    text = shown(BE1, GONE)
    assert "be1   backends  ✓" in text
    assert "3/20" in text
    assert "2 1 dead" in text
    assert "/ 42% /student 95%" in text
    assert "0.5/4" in text
    assert "1d" in text
    assert "be2   backends  unreachable held" in text


def test_a_host_cannot_mark_up_the_table() -> None:
    row = replace(BE1, host="[red]be1", seen=replace(SEEN, disks=(Disk("/[bold]x", 0.1),)))
    assert "[red]be1" in shown(row)
    assert "/[bold]x 10%" in shown(row)


def test_a_sentence_for_everything_else() -> None:
    ill = replace(BE1, seen=replace(SEEN, health="the Hub is down", failed=("a.service",)), drift="drifted")
    assert statustable.notes([ill, GONE]) == [
        "be1: the Hub is down",
        "be1: failed units: a.service",
        "be1: orders that were given up: 1; see wod queue list --host be1",
        "be1: drifted",
        "be2: could not be reached: no route",
        "be2: held until Monday",
    ]
    assert [all_well([BE1]), all_well([ill]), all_well([BE1, GONE])] == [True, False, False]


@pytest.mark.parametrize(("seconds", "text"), [(59, "0m"), (3599, "59m"), (7300, "2h"), (200000, "2d")])
def test_spans(seconds: float, text: str) -> None:
    assert statustable.span(seconds) == text


def test_metrics_are_what_prometheus_reads() -> None:
    rows = [replace(BE1, host='be"1\\'), GONE]
    families = {family.name: family for family in text_string_to_metric_families(metrics.text(rows, now=5))}
    values = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families.values()
        for sample in family.samples
    }
    first, second = (("host", 'be"1\\'), ("role", "backends")), (("host", "be2"), ("role", "backends"))
    assert values[("wod_host_up", *first)] == 1
    assert values[("wod_host_up", *second)] == 0
    assert values[("wod_host_held", *second)] == 1
    assert values[("wod_host_orders", *first, ("state", "dead"))] == 1
    assert values[("wod_host_orders", *first, ("state", "new"))] == 0
    assert values[("wod_host_current", first[0], ("part", "content"), first[1])] == 1
    assert values[("wod_host_filesystem_used_ratio", first[0], ("mountpoint", "/student"), first[1])] == 0.95
    assert values[("wod_host_changed_timestamp_seconds", *first)] == 1795136400
    assert values[("wod_survey_timestamp_seconds",)] == 5
    assert all(family.documentation and family.type == "gauge" for family in families.values())


def test_what_is_not_known_is_no_metric() -> None:
    text = metrics.text([GONE], now=5)
    assert 'wod_host_healthy{host="be2"' not in text
    assert "wod_host_students_active" not in text
    assert text.endswith("wod_survey_timestamp_seconds 5\n")


def test_drift_counts_until_the_host_is_rolled_out_again(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    assert drift_of(path, "be1", STAMP) == ""
    row = HostRow("be1", "backends", DRIFTED, "", 1.0, "", ("System | Write files",))
    History(path).record("check", "2026-11-21T03:00:00Z", 1.0, [row])
    assert drift_of(path, "be1", STAMP) == "drifted by 2026-11-21T03:00:00Z in 1: System | Write files"
    assert drift_of(path, "be1", {**STAMP, "changed": "2026-11-22T00:00:00Z"}) == ""
    assert drift_of(path, "be2", STAMP) == ""


def test_what_a_roll_out_would_give_is_known_from_the_samples(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOD_CACHE", str(folder / "cache"))
    host = load_site(written(folder, "Host('be1')")).host("be1")
    wanted = wanted_of(host)
    assert wanted.settings == host.digest()
    assert wanted.private == "none"
    assert wanted.content is not None
    assert len(wanted.content) == 40


@pytest.fixture
def inventory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This machine as a host, and one that nobody answers at; the latter is held."""
    monkeypatch.setenv("WOD_CACHE", str(folder / "cache"))
    monkeypatch.setenv("WOD_STATE", str(folder / "state"))
    made = written(folder, "Host('@local'), Host('www', role='frontends', address='127.0.0.1', ssh={'ssh_port': 9})")
    hold(folder_of("test"), "www", "its disk is replaced", date.max)
    return made


def test_the_command_shows_every_host_and_fails(inventory: Path) -> None:
    done = CliRunner().invoke(status, ["-i", str(inventory)])
    assert done.exit_code == 1, done.output
    assert "www     frontends  unreachable held" in done.output
    assert "www: held until 9999-12-31" in done.output
    assert "@local: it was never rolled out" in done.output


def test_the_command_for_programs(inventory: Path) -> None:
    done = CliRunner().invoke(status, ["-i", str(inventory), "--json", "--limit", "frontends"])
    assert done.exit_code == 1
    (row,) = json.loads(done.output)
    assert (row["host"], row["reached"], row["well"], row["seats"]) == ("www", False, False, None)
    metrics_only = CliRunner().invoke(status, ["-i", str(inventory), "--prometheus"])
    assert metrics_only.exit_code == 0
    assert 'wod_host_up{host="@local",role="backends"} 1\n' in metrics_only.output


@pytest.mark.parametrize("flag", ["--json", "--prometheus", "--deep"])
def test_what_cannot_go_together_is_refused(inventory: Path, flag: str) -> None:
    done = CliRunner().invoke(status, ["-i", str(inventory), flag, "--watch", "5"])
    assert isinstance(done.exception, BadInput)
    assert f"leave {flag} out" in str(done.exception)


def test_only_backends_that_are_well_are_tried(inventory: Path) -> None:
    """This machine is none: what the deep check says of it takes the place of what was seen."""
    well, ill = replace(BE1, host="@local"), replace(BE1, host="be9", seen=replace(SEEN, health="the Hub is down"))
    first, second, third = tried(inventory, [well, ill, GONE])
    assert "wod-engine.service is" in first.seen.health
    assert (second, third) == (ill, GONE)


def test_watching_ends_with_ctrl_c(inventory: Path) -> None:
    program = [str(Path(sys.executable).with_name("wod")), "status", "-i", str(inventory), "--watch", "1"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        seen = 0
        for line in process.stdout:
            seen += line.startswith("@local ")
            if seen == 2:
                break
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
