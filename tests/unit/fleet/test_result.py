from __future__ import annotations

import json

import pytest

from wod.fleet.result import Change, HostResult, failures, from_json

RESULT = HostResult(
    host="be1",
    role="backends",
    outcome="changed",
    changes=(Change("System | Write", "System", 2, "-a\n+b", ("ssh.service", "cron.service")),),
    seconds=1.5,
    cpu=0.25,
    commands=2,
    log="be1.log",
)


def test_a_result_comes_back_from_json_as_it_was() -> None:
    assert from_json(RESULT.as_json()) == RESULT


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"changes": [{}]}'])
def test_what_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own errors are ValueErrors, too
        from_json(text)


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="splendid"):
        from_json(json.dumps({**RESULT.as_dict(), "outcome": "splendid"}))


def test_held_and_skipped_hosts_are_no_failures() -> None:
    outcomes = ("unchanged", "changed", "failed", "unreachable", "timeout", "held", "skipped")
    results = [HostResult(outcome, "backends", outcome) for outcome in outcomes]
    assert [result.host for result in failures(results)] == ["failed", "unreachable", "timeout"]
