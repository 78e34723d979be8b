"""A signature fits one order, to one backend, for a time."""

from __future__ import annotations

import dataclasses
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.orders import BACKEND, KEY, NOW, order, receiver, signed
from wod.engine import signature
from wod.engine.config import Receiver
from wod.engine.mail import Refused, parse

NONCE = "0123456789abcdef" * 2


def test_a_composed_mail_is_a_mail() -> None:
    found = message_from_bytes(signed(nonce=NONCE), policy=policy.default)
    assert found["Subject"] == "CREATE 3 5 someone@example.org"
    assert found["Message-ID"] == f"<{NONCE}@localhost>"
    assert found["Date"].datetime.timestamp() == NOW
    assert found.get_content() == "WKSHP-API101\n"
    assert not found.defects


def test_the_format_stays() -> None:
    """Other programs sign, too: a change here needs another version. The value is openssl's."""
    headers = signature.sign(order(), BACKEND, KEY, NOW, NONCE)
    assert headers == {
        "X-WoD-Time": "1700000000",
        "X-WoD-Nonce": NONCE,
        "X-WoD-Signature": "v1=1518888c81df821e1fb1a3cd3b0891c96e10654fbe0da2e1e5d4e730767dbbb2",
    }


CHANGES = [
    {"verb": "CLEANUP", "email": ""},
    {"first": 4, "last": 4},
    {"customer": 6},
    {"email": "other@example.org"},
    {"workshop": "CHLG-API101"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_every_field_is_signed(change: dict[str, object]) -> None:
    stamp = signature.stamp(signature.sign(order(), BACKEND, KEY, NOW))
    other = dataclasses.replace(order(), **change)  # type: ignore[arg-type]
    assert signature.refusal(order(), stamp, BACKEND, KEY, 72, NOW) is None
    assert "does not fit" in str(signature.refusal(other, stamp, BACKEND, KEY, 72, NOW))


@pytest.mark.parametrize("part", ["time", "nonce"])
def test_time_and_nonce_are_signed(part: str) -> None:
    stamp = signature.stamp(signature.sign(order(), BACKEND, KEY, NOW))
    other = dataclasses.replace(stamp, **{part: {"time": stamp.time + 1, "nonce": NONCE}[part]})
    assert "does not fit" in str(signature.refusal(order(), other, BACKEND, KEY, 72, NOW))


def test_another_backend_or_key_is_refused() -> None:
    stamp = signature.stamp(signature.sign(order(), BACKEND, KEY, NOW))
    assert signature.refusal(order(), stamp, BACKEND.upper(), KEY, 72, NOW) is None
    assert signature.refusal(order(), stamp, "be2.example.org", KEY, 72, NOW)
    assert signature.refusal(order(), stamp, BACKEND, KEY + "x", 72, NOW)


NEW = "another-key-that-only-tests-use-98765"


@pytest.mark.parametrize("has", ["only the old key", "both keys", "only the new key"])
def test_while_keys_change_every_backend_takes_what_is_signed_twice(has: str) -> None:
    """Whichever host is rolled out first: the API signs by both keys as soon as it has the new one."""
    made = signature.sign(order(), BACKEND, NEW, NOW, before=KEY)
    stamp = signature.stamp(made)
    key, before = {"only the old key": (KEY, ""), "both keys": (NEW, KEY), "only the new key": (NEW, "")}[has]
    assert signature.refusal(order(), stamp, BACKEND, key, 72, NOW, before) is None
    assert signature.refusal(order("CLEANUP"), stamp, BACKEND, key, 72, NOW, before)


def test_a_receiver_of_before_reads_the_old_signature_where_it_always_was() -> None:
    made = signature.sign(order(), BACKEND, NEW, NOW, NONCE, before=KEY)
    old = signature.sign(order(), BACKEND, KEY, NOW, NONCE)
    assert {name: made[name] for name in old} == old
    assert made.keys() - old.keys() == {"X-WoD-Signature-New"}


def test_the_key_before_is_good_until_its_moment() -> None:
    raw = signed()
    assert parse(raw, receiver_with(until=NOW + 1), "", NOW).signed
    for config in (receiver_with(until=NOW), receiver_with(before="", until=NOW + 1)):
        with pytest.raises(Refused, match="the signature does not fit"):
            parse(raw, config, "", NOW)


def receiver_with(**values: object) -> Receiver:
    return Receiver(**{"backend": BACKEND, "key": NEW, "first": 1, "last": 20, "before": KEY, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["", "v1=00", "v1=" + "0" * 64 + "\nSubject: x", "v2=" + "0" * 64])
def test_a_malformed_second_signature_is_refused(value: str) -> None:
    headers = {**signature.sign(order(), BACKEND, KEY, NOW), "X-WoD-Signature-New": value}
    with pytest.raises(ValueError, match="X-WoD-Signature-New is malformed"):
        signature.stamp(headers)


@pytest.mark.parametrize(("age", "fine"), [(0, True), (-299, True), (-301, False), (3599, True), (3601, False)])
def test_it_is_good_for_the_window(age: int, fine: bool) -> None:
    stamp = signature.stamp(signature.sign(order(), BACKEND, KEY, NOW - age))
    assert (signature.refusal(order(), stamp, BACKEND, KEY, 1, NOW) is None) is fine


@pytest.mark.parametrize(
    "headers",
    [
        {"X-WoD-Nonce": "AB" * 16},
        {"X-WoD-Nonce": "ab" * 15},
        {"X-WoD-Nonce": "ab" * 16 + "\n"},
        {"X-WoD-Nonce": "../" * 11},
        {"X-WoD-Time": "-1"},
        {"X-WoD-Time": "1e9"},
        {"X-WoD-Time": "١٢٣"},
        {"X-WoD-Signature": "ab" * 32},
        {"X-WoD-Signature": "v2=" + "ab" * 32},
    ],
    ids=str,
)
def test_malformed_headers_are_refused(headers: dict[str, str]) -> None:
    good = signature.sign(order(), BACKEND, KEY, NOW)
    with pytest.raises(ValueError, match=f"{next(iter(headers))} is malformed"):
        signature.stamp({**good, **headers})


def test_an_empty_key_signs_nothing() -> None:
    with pytest.raises(ValueError, match="WODMAILKEY is empty"):
        signature.sign(order(), BACKEND, "")


@pytest.mark.parametrize(
    "bad",
    [
        {"workshop": "WKSHP-x\nSubject: y"},
        {"workshop": "../x"},
        {"email": "a@b\nX: y"},
        {"email": ""},
        {"customer": -1},
        {"first": 5, "last": 3},
    ],
    ids=str,
)
def test_an_order_that_none_would_take_is_not_composed(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        signed(dataclasses.replace(order(), **bad))  # type: ignore[arg-type]


def test_addresses_cannot_add_headers() -> None:
    with pytest.raises(ValueError, match="not a mail address"):
        signature.compose(order(), BACKEND, KEY, sender="a@example.org\nBcc: b@example.org")


VALID = st.builds(
    lambda verb, students, customer, challenge: order(
        verb,
        first=students[0],
        last=students[1] if verb == "RESET" else students[0],
        customer=customer,
        workshop=("CHLG-" if challenge else "WKSHP-") + "a.B_c-1",
    ),
    st.sampled_from(["CREATE", "CLEANUP", "RESET", "PURGE"]),
    st.tuples(st.integers(1, 20), st.integers(1, 20)).map(sorted),
    st.integers(0, 2**31 - 1),
    st.booleans(),
)


@given(VALID)
def test_what_is_composed_is_read_back(tmp_path_factory: pytest.TempPathFactory, asked: signature.Order) -> None:
    found = parse(signed(asked), receiver(tmp_path_factory.getbasetemp() / "q"), "", NOW)
    assert {**vars(found), **vars(asked)} == vars(found)
    assert found.signed
