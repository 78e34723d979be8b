"""What a host says of itself, judged by what its role needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures import lines
from wod.fleet.apart import Answer
from wod.preflight import table
from wod.preflight.asking import NO_SUDO, Looked, looked
from wod.preflight.judge import Check, judged
from wod.preflight.wanted import asked
from wod.site import Host, Site

REPOSITORY = Path(__file__).resolve().parents[3]
NOW = 1_700_000_000.0
GB = 10**9
FINE: dict[str, Any] = {
    "system": lines("debian12/platform"),
    "cpus": 2,
    "memory": 128 * GB,
    "disks": {"/": 600 * GB, "/student": 600 * GB},
    "names": {"be1.local": ["192.0.2.11"], "api.local": ["192.0.2.30"]},
    "addresses": ["127.0.0.1", "192.0.2.11"],
    "ports": {"8010": "", "10025": "postfix.service"},
    "peers": [["api.local", 10000]],
    "sources": [["http://deb.example.org/debian", True]],
    "synchronised": "yes",
    "api": None,
    "time": NOW,
}


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path))


def site() -> Site:
    hosts = (
        Host("be1.local", number=1, internal="be1.local:8010", connector="local"),
        Host("api.local", role="api_db", internal="api.local:10000:https", connector="none"),
        Host("www.local", role="frontends", address="192.0.2.40", connector="none"),
    )
    return Site("test", REPOSITORY, hosts).resolved({})


def checks(now: float | None = None, **told: Any) -> list[Check]:
    return judged(site(), site().host("be1.local"), {**FINE, **told}, now)


def test_a_backend_is_asked_for_what_it_needs() -> None:
    made = asked(site(), site().host("be1.local"))
    assert made["ports"] == [8010, 10025]
    assert made["names"] == ["be1.local", "api.local"], "the inventory has the portal's address"
    assert made["peers"] == [("api.local", 10000), ("192.0.2.40", 8000)]
    assert (made["paths"], made["api"]) == (["/", "/student"], "https://api.local:10000/api/workshops")


def test_a_host_that_has_all_is_fine() -> None:
    assert {check.verdict for check in checks()} == {"ok"}
    assert {check.what for check in checks()} == {
        *("system", "sudo", "processors", "memory", "disk"),
        *("names", "ports", "time", "packages"),
    }


@pytest.mark.parametrize(
    ("told", "now", "verdict", "sentence"),
    [
        ({"system": ["ID=arch", "VERSION_ID=1"]}, None, "failed", "arch 1 is not supported; take one of Ubuntu"),
        ({"cpus": 1}, None, "warning", "1; a backend wants 2"),
        ({"memory": 16 * GB}, None, "warning", "16 GB; a backend wants 128 GB"),
        ({"disks": {"/": 60 * GB}}, None, "warning", "60 GB free for /; a backend wants 500 GB"),
        ({"disks": {"/": 2 * GB}}, None, "failed", "2 GB free for /; a backend wants 500 GB"),
        ({"names": {"be1.local": ["192.0.2.11"]}}, None, "failed", "api.local is not known here; make it known"),
        (
            {"names": {"be1.local": ["192.0.2.99"], "api.local": ["192.0.2.30"]}},
            None,
            "warning",
            "be1.local is 192.0.2.99, which is no address of this host",
        ),
        ({"ports": {"8010": "apache2.service"}}, None, "failed", "8010 is held by apache2.service; stop that"),
        ({}, NOW + 20, "warning", "20 s from this machine; set the clock"),
        ({"api": NOW - 90}, None, "failed", "90 s from the API; set the clock"),
        ({"sources": [["http://a", True], ["http://b", False]]}, None, "failed", "http://b cannot be reached"),
    ],
)
def test_what_is_not_so(told: dict[str, Any], now: float | None, verdict: str, sentence: str) -> None:
    (wrong,) = [check for check in checks(now, **told) if check.verdict != "ok"]
    assert wrong.verdict == verdict
    assert wrong.said.startswith(sentence)


def test_the_clock_is_compared_with_whoever_has_one() -> None:
    said = [next(c.said for c in checks(now, **told) if c.what == "time") for told, now in [
        ({}, NOW + 1), ({"api": NOW + 2}, None), ({}, None), ({"synchronised": "no"}, None),
    ]]  # fmt: skip
    assert said == ["1 s from this machine", "2 s from the API", "kept by NTP", "nobody to compare it with yet"]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (Answer(error="be1.local could not be reached: no route", reached=False), "connection"),
        (Answer(error=f"be1.local: {NO_SUDO}"), "sudo"),
        (Answer(error="be1.local: python3: not found"), "host"),
    ],
)
def test_a_host_that_cannot_be_asked_has_failed(answer: Answer, what: str) -> None:
    found = looked(site(), "be1.local", answer)
    assert ([check.what for check in found.checks], found.failed) == ([what], True)


def test_an_answer_is_judged_and_tells_who_is_there_already() -> None:
    found = looked(site(), "be1.local", Answer(text=json.dumps({**FINE, "asked": NOW + 999})))
    assert (found.failed, found.peers) == (False, ("api.local",))


def test_the_table_has_what_is_in_the_way_last() -> None:
    found = {"be1": Looked((Check("ports", "failed", "held"), Check("system", "ok", "debian 12")))}
    shown = list(table.lines(found))
    assert ["debian 12" in shown[0], "held" in shown[1]] == [True, True]
    assert table.summary(found) == "2 checks, 1 failed, 0 warnings"
