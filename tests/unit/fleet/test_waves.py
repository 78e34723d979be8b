from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod.errors import BadInput
from wod.fleet.waves import canaries, waves

SITE = {"api": "api_db", **{f"be{number}": "backends" for number in range(1, 8)}, "www": "frontends"}
ROLES = st.sampled_from(["api_db", "backends", "frontends"])


def test_without_options_frontends_alone_wait() -> None:
    assert waves(SITE) == [[host for host in SITE if host != "www"], ["www"]]


def test_a_canary_by_number_is_of_the_role_that_has_most_hosts() -> None:
    assert waves(SITE, canary="1")[0] == ["be1"]


def test_a_share_is_rounded_up() -> None:
    assert waves(SITE, canary="20%")[0] == ["be1", "be2"]


def test_a_canary_by_name_goes_first() -> None:
    assert waves(SITE, canary="be3, www", wave="4") == [
        ["be3", "www"],
        ["api", "be1", "be2", "be4"],
        ["be5", "be6", "be7"],
    ]


def test_a_wave_by_share_counts_all_hosts() -> None:
    assert [len(wave) for wave in waves(SITE, wave="50%")] == [5, 3, 1]


def test_a_held_host_is_in_no_wave_and_the_next_one_is_the_canary() -> None:
    assert waves(SITE, canary="1", held=["be1"])[0] == ["be2"]
    assert waves(SITE, canary="be1,be4", held=["be1"])[0] == ["be4"]


def test_without_a_canary_or_when_all_are_held_the_first_wave_is_no_trial() -> None:
    assert canaries(SITE, "be1, be4") == waves(SITE, "be1, be4")[0]
    assert canaries(SITE, "") == canaries(SITE, "be1,be4", held=["be1", "be4"]) == []


@pytest.mark.parametrize("wrong", ["0", "-1", "0%", "101%", "x", "1.5"])
def test_a_wrong_size_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput, match="--wave"):
        waves(SITE, wave=wrong)


def test_an_unknown_canary_is_named() -> None:
    with pytest.raises(BadInput, match="be9"):
        waves(SITE, canary="be9")


def test_no_hosts_are_no_waves() -> None:
    assert waves({}, canary="1", wave="10%") == []


@given(
    st.dictionaries(st.text("abc", min_size=1), ROLES),
    st.sampled_from(["", "1", "3", "10%"]),
    st.sampled_from(["", "1", "2", "25%"]),
)
def test_every_host_is_in_one_wave(hosts: dict[str, str], canary: str, wave: str) -> None:
    planned = waves(hosts, canary, wave)
    assert sorted(host for each in planned for host in each) == sorted(hosts)
    assert all(planned)
