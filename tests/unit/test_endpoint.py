"""Addresses as the original installer's flags write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod.endpoint import Endpoint


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("be1", Endpoint("be1")),
        ("be1.example.org", Endpoint("be1.example.org")),
        ("be1.example.org:8010", Endpoint("be1.example.org", 8010)),
        ("be1.example.org:443:https", Endpoint("be1.example.org", 443, "https")),
        ("be1::https", Endpoint("be1", None, "https")),
        ("192.0.2.1:80", Endpoint("192.0.2.1", 80)),
    ],
)
def test_parse(text: str, endpoint: Endpoint) -> None:
    assert Endpoint.parse(text) == endpoint


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not a host name"),
        ("be 1", "is not a host name"),
        ("-be1", "is not a host name"),
        ("be1;reboot", "is not a host name"),
        ("http://be1", "is not a port"),
        ("be1:0", "is not a port"),
        ("be1:65536", "is not a port"),
        ("be1:http", "is not a port"),
        ("be1:80:ftp", "the protocol is http or https"),
        ("be1:80:https:x", "the protocol is http or https"),
    ],
)
def test_parse_refuses(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Endpoint.parse(text)


@given(st.text(max_size=30))
def test_nothing_else_than_an_address_is_taken(text: str) -> None:
    try:
        endpoint = Endpoint.parse(text)
    except ValueError:
        return
    assert endpoint.host == text.partition(":")[0]
    assert endpoint.port is None or 0 < endpoint.port < 65536


def test_settings_are_those_that_were_given() -> None:
    assert Endpoint("be1").settings("WODBE") == {"WODBEFQDN": "be1"}
    assert Endpoint("be1", 443, "https").settings("WODBEEXT") == {
        "WODBEEXTFQDN": "be1",
        "WODBEEXTPORT": 443,
        "WODBEEXTPROTO": "https",
    }
