"""Drift, told apart from what is new; on modelled hosts found, mended, and not found again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.modules.conftest import FakeSite
from tests.unit.fleet.conftest import plant, wod
from wod.fleet import drift, drifttext
from wod.fleet.drift import HostDrift, Report, judge
from wod.fleet.logins import parse
from wod.fleet.result import Change, HostResult
from wod.operations import stamp

DIFFERENCE = Change("Hub | Write", "Hub", 2, diff="-a\n+b")
RESTART = Change("Hub | Run", "Hub", 1, restarts=("jupyterhub.service",), follows=True)
STAMP = Change("Stamp | Write the stamp", "Stamp", 1)
NEW = replace(STAMP, remarks=("revision: a → b",))


def result(*changes: Change, outcome: str = "changed", error: str = "") -> HostResult:
    return HostResult("be1", "backends", outcome, changes, error)  # type: ignore[arg-type]


def report(*hosts: HostDrift, mended: tuple[HostResult, ...] = ()) -> Report:
    return Report("test", "2026-11-24T02:00:00Z", 3.0, "0.1.0+gabc", drift.worst_first(hosts), mended)


@pytest.mark.parametrize(
    ("changes", "known", "verdict", "found"),
    [
        ((), False, "as rolled out", 0),
        ((DIFFERENCE, RESTART, STAMP), False, "drifted", 1),
        ((RESTART, STAMP), False, "drifted", 1),
        ((DIFFERENCE, NEW), False, "behind", 1),
        ((NEW,), False, "behind", 0),
        ((NEW,), True, "drifted", 1),
        ((replace(STAMP, remarks=("content: a → b",)),), True, "behind", 0),
    ],
)
def test_verdicts(changes: tuple[Change, ...], known: bool, verdict: str, found: int) -> None:
    judged = judge(result(*changes), known=known)
    assert (judged.verdict, len(judged.changes)) == (verdict, found)


@pytest.mark.parametrize("outcome", ["failed", "unreachable", "timeout"])
def test_a_host_that_could_not_be_judged(outcome: str) -> None:
    judged = judge(result(outcome=outcome, error="why"), known=True)
    assert (judged.verdict, judged.drifted, drifttext.headline(judged)) == (outcome, 0, f"{outcome}: why")


def test_the_worst_comes_first() -> None:
    hosts = [
        HostDrift("a", "", "as rolled out"),
        HostDrift("b", "", "behind"),
        HostDrift("c", "", "drifted", (DIFFERENCE,)),
        HostDrift("d", "", "drifted", (DIFFERENCE, RESTART)),
        HostDrift("e", "", "unreachable"),
    ]
    assert [host.host for host in drift.worst_first(hosts)] == ["e", "d", "c", "b", "a"]


def test_only_drift_is_mended_and_held_hosts_are_not() -> None:
    hosts = [HostDrift("a", "", "drifted"), HostDrift("b", "", "drifted", held="held"), HostDrift("c", "", "behind")]
    assert drift.mendable(hosts) == ["a"]
    assert drift.mendable(hosts, behind=True) == ["a", "c"]


def test_when_there_is_something_to_say() -> None:
    quiet = report(HostDrift("a", "", "as rolled out"), HostDrift("b", "", "behind"))
    assert not drift.worth_a_mail(quiet)
    behind = HostDrift("b", "", "behind", (DIFFERENCE,), since={DIFFERENCE.operation: "2026-11-23T02:00:00Z"})
    assert not drift.worth_a_mail(report(behind))
    assert drift.worth_a_mail(report(replace(behind, since={DIFFERENCE.operation: ""})))
    assert drift.worth_a_mail(report(HostDrift("a", "", "unreachable")))
    assert drift.worth_a_mail(report(HostDrift("a", "", "drifted", (DIFFERENCE,))))


def test_exit_codes() -> None:
    drifted = HostDrift("be1", "", "drifted", (DIFFERENCE,))
    assert drift.exit_code(report(HostDrift("a", "", "as rolled out"))) == 0
    assert drift.exit_code(report(drifted)) == 2
    assert drift.exit_code(report(drifted, mended=(result(),))) == 0
    assert drift.exit_code(report(drifted, mended=(result(outcome="failed"),))) == 1
    assert drift.exit_code(report(drifted, HostDrift("b", "", "timeout"))) == 1


def test_the_operators_page_is_told() -> None:
    told = drift.portal_file(report(HostDrift("a", "", "unreachable"), HostDrift("b", "", "drifted", (DIFFERENCE,))))
    assert told == {
        "time": "2026-11-24T02:00:00Z",
        "summary": "0 of 2 hosts as rolled out; 1 unreachable; 1 drifted",
        "hosts": [
            {"name": "a", "drifted": 0, "reachable": False},
            {"name": "b", "drifted": 1, "reachable": True},
        ],
    }


def test_a_report_goes_through_json_and_back() -> None:
    host = HostDrift("a", "backends", "drifted", (DIFFERENCE, RESTART), (), {"Hub | Write": "x"}, ("ada pts/0",))
    whole = report(host, mended=(result(DIFFERENCE),))
    assert drift.from_data(json.loads(json.dumps(drift.data(whole)))) == whole
    with pytest.raises(ValueError, match="no report of drift"):
        drift.from_data({"hosts": [{}]})


def test_who_was_there() -> None:
    assert parse("ada   pts/0  192.0.2.7   Mon\n\n") == ("ada pts/0 192.0.2.7 Mon",)


def test_drift_is_found_mended_and_not_found_again(drifted: FakeSite) -> None:
    before = drifted.model("be1").log
    found = wod(drifted, "drift", "check", "--limit", "backends", "--json")
    assert found.code == 2, found.said
    first, second = json.loads(found.out)["hosts"]
    assert (first["host"], first["verdict"], second["verdict"]) == ("@fake/be1", "drifted", "as rolled out")
    assert [change["operation"] for change in first["changes"]] == ["JupyterHub | Write the Hub's configuration"]
    assert drifted.model("be1").log == before, "a check changes nothing"

    again = wod(drifted, "drift", "check", "--limit", "backends")
    assert re.search(r"Write the Hub's configuration \(2 commands\), since 20\d\d-", again.said), again.said

    others = drifted.model("be2").log
    mended = wod(drifted, "drift", "fix", "--limit", "backends")
    assert mended.code == 0, mended.said
    assert "@fake/be1: mended, " in mended.said
    assert drifted.model("be2").log == others, "a host without drift is not touched"

    assert wod(drifted, "drift", "check", "--limit", "backends").code == 0
    kinds = re.findall(r"Z  (\w+) +(\d) of", wod(drifted, "drift", "history").said)
    assert kinds == [("check", "1"), ("check", "1"), ("check", "1"), ("fix", "0"), ("check", "0")]


def test_a_held_host_is_told_of_and_not_mended(drifted: FakeSite) -> None:
    until = (date.today() + timedelta(days=3)).isoformat()
    held = wod(drifted, "hold", "@fake/be1", "--reason", "a disk is exchanged", "--until", until)
    assert held.code == 0, held.said
    before = drifted.model("be1").log
    fixed = wod(drifted, "drift", "fix", "--limit", "backends")
    assert fixed.code == 2, fixed.said
    assert "a disk is exchanged; it is not mended" in fixed.said
    assert drifted.model("be1").log == before


def test_a_host_that_is_behind_is_left_to_a_roll_out(drifted: FakeSite) -> None:
    drifted.settings("WODSERVERMEM: 3G\n")
    plant(drifted, "be2")
    checked = wod(drifted, "drift", "check", "--limit", "backends")
    assert checked.code == 2, checked.said
    assert "new in the repository: settings: " in checked.said
    assert "behind the repository; 2 differences, new or drifted" in checked.said
    before = drifted.model("be1").log
    assert wod(drifted, "drift", "fix", "--limit", "backends").code == 2
    assert drifted.model("be1").log == before


def test_a_stamp_that_was_removed_is_drift_when_the_host_was_known(drifted: FakeSite) -> None:
    assert wod(drifted, "drift", "fix", "--limit", "backends").code == 0
    model = drifted.model("be2")
    del model.texts[stamp.PATH]
    drifted.put("be2", model)
    assert "0 of 1 host as rolled out; 1 drifted" in wod(drifted, "drift", "check", "--limit", "be2").said


def test_the_last_report_is_shown_again(drifted: FakeSite) -> None:
    assert "run wod drift check" in wod(drifted, "drift", "report").said
    first = wod(drifted, "drift", "check", "--limit", "backends")
    assert wod(drifted, "drift", "report").out == first.out


def test_hosts_that_cannot_be_reached_are_told_of(site: FakeSite) -> None:
    site.hosts = 'Host("gone", number=1, address="127.0.0.1", ssh={"ssh_port": 1})'
    checked = wod(site, "drift", "check")
    assert checked.code == 1, checked.said
    assert "gone: unreachable: " in checked.said
