"""Mails as the original API, postfix and strangers write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.engine.orders import API, NOW, order, plain, receiver, signed
from wod.engine.config import Receiver
from wod.engine.grammar import IDENTITY
from wod.engine.mail import LIMIT, Refused, judge, parse, trusted


@pytest.fixture
def config(tmp_path: Path) -> Receiver:
    return receiver(tmp_path, unsigned_from=(API,))


def test_the_originals_mail_without_a_blank_line(config: Receiver) -> None:
    found = parse(b"Subject: CREATE 3 5 someone@example.org\nWKSHP-API101\n", config, API, NOW)
    assert (found.verb, found.first, found.last, found.customer) == ("CREATE", 3, 3, 5)
    assert (found.email, found.workshop, found.client) == ("someone@example.org", "WKSHP-API101", API)
    assert not found.signed
    assert found.received == NOW
    assert IDENTITY.fullmatch(found.id)
    assert found.id.startswith("20231114T221320.000000-")


ENVELOPE = (
    "From wodadmin@localhost  Tue Nov 14 22:13:20 2023\nReturn-Path: <a@b>\nDelivered-To: x\nReceived: by y\n\tid 7\n"
)


def test_as_postfix_hands_it_over(config: Receiver) -> None:
    found = parse((ENVELOPE + "Subject: CLEANUP 3 5\n\nWKSHP-API101\n\n").encode(), config, API, NOW)
    assert (found.verb, found.email) == ("CLEANUP", "")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("RESET 3 5", ("RESET", 3, 3, 5)),
        ("RESET 3,7 5", ("RESET", 3, 7, 5)),
        ("RESET 3,3 5", ("RESET", 3, 3, 5)),
        ("RESET [object Promise] 7", ("RESET", 0, 0, 7)),
        ("PURGE [object Promise] 7", ("PURGE", 0, 0, 7)),
        ("PURGE 20 2147483647", ("PURGE", 20, 20, 2147483647)),
        ("CREATE 1 0", ("CREATE", 1, 1, 0)),
        ("CLEANUP 3\n 5", ("CLEANUP", 3, 3, 5)),
        ("  CLEANUP \t 3  5  ", ("CLEANUP", 3, 3, 5)),
    ],
)
def test_subjects_that_are_orders(config: Receiver, subject: str, expected: tuple[object, ...]) -> None:
    found = parse(plain(subject), config, API, NOW)
    assert (found.verb, found.first, found.last, found.customer) == expected


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("", "not an order"),
        ("Hello", "not an order"),
        ("create 3 5 a@example.org", "not an order"),
        ("DELETE 3 5", "not an order"),
        ("CREATE 3", "not an order"),
        ("CREATE 3 5 a@example.org more", "not an order"),
        ("Re: CREATE 3 5 a@example.org", "not an order"),
        ("CREATE 3 5", "needs the customer's mail address"),
        ("CREATE 3 5 nobody", "mail address is malformed"),
        ("CREATE 3 5 a@b$(id)", "mail address is malformed"),
        ("CLEANUP 3 5 a@example.org", "takes no mail address"),
        ("CLEANUP NaN 5", "the student is NaN: the API does not know this backend"),
        ("CLEANUP [object Promise] 5", "the student is missing"),
        ("RESET [object Promise] 0", "the student is missing"),
        ("CLEANUP 1+a[$(id)] 5", "the student is not a plain number"),
        ("CLEANUP 03 5", "the student is not a plain number"),
        ("CLEANUP +3 5", "the student is not a plain number"),
        ("CLEANUP -3 5", "the student is not a plain number"),
        ("CLEANUP 3e0 5", "the student is not a plain number"),
        ("CLEANUP ٣ 5", "not an order"),
        ("CLEANUP 0 5", "the student's number is 0"),
        ("RESET 0,3 5", "the student's number is 0"),
        ("CLEANUP 21 5", "outside this backend's 1 to 20"),
        ("CLEANUP 99999999999999999999 5", "the student is not a plain number"),
        ("RESET 7,3 5", "ends before it begins"),
        ("RESET 3,21 5", "outside this backend's 1 to 20"),
        ("RESET 3,4,5 5", "the student is not a plain number"),
        ("PURGE 3,4 5", "takes one student, not a range"),
        ("CLEANUP 3 -5", "the customer is not a plain number"),
        ("CLEANUP 3 9999999999", "the customer's number is too large"),
        ("CLEANUP 3 5\x00", "not an order"),
        ("CLEANUP\x0b3 5", "not an order"),
        ("CLEANUP 3 5\r\r", "not an order"),
        ("=?utf-8?q?CLEANUP_3_5?=", "not an order"),
    ],
)
def test_subjects_that_are_not(config: Receiver, subject: str, reason: str) -> None:
    with pytest.raises(Refused, match=r".") as caught:
        parse(plain(subject), config, API, NOW)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "body", ["", "\n\nWKSHP-x\n", "API101", "WKSHP-", "WKSHP-a/b", "WKSHP-a b", "wkshp-a", "WKSHP-é"]
)
def test_bodies_that_name_no_workshop(config: Receiver, body: str) -> None:
    with pytest.raises(Refused, match="body's first line"):
        parse(plain("CLEANUP 3 5", body), config, API, NOW)


@pytest.mark.parametrize(("body", "workshop"), [("", ""), ("undefined\n", ""), ("WKSHP-a\n", "WKSHP-a")])
def test_a_purge_needs_no_workshop(config: Receiver, body: str, workshop: str) -> None:
    assert parse(plain("PURGE 3 5", body), config, API, NOW).workshop == workshop


def test_line_ends_of_windows(config: Receiver) -> None:
    assert parse(signed().replace(b"\n", b"\r\n"), config, "", NOW).signed


@pytest.mark.parametrize("header", ["Subject", "X-WoD-Time", "X-WoD-Nonce", "X-WoD-Signature", "sUBJECT"])
def test_doubled_headers_are_refused(config: Receiver, header: str) -> None:
    raw = signed().decode()
    line = next(line for line in raw.split("\n") if line.lower().startswith(header.lower() + ":"))
    doubled = line.replace(line.partition(":")[0], header)
    with pytest.raises(Refused, match="more than once"):
        parse(raw.replace(line, f"{line}\n{doubled}").encode(), config, "", NOW)


@pytest.mark.parametrize("header", ["X-WoD-Time", "X-WoD-Nonce", "X-WoD-Signature"])
def test_a_part_of_a_signature_is_none_even_where_none_is_needed(config: Receiver, header: str) -> None:
    raw = b"\n".join(line for line in signed().split(b"\n") if not line.startswith(header.encode()))
    with pytest.raises(Refused, match=f"{header} is missing"):
        parse(raw, config, API, NOW)


def test_a_wrong_signature_is_refused_even_where_none_is_needed(config: Receiver) -> None:
    with pytest.raises(Refused, match="does not fit"):
        parse(signed(backend="be2.example.org"), config, API, NOW)


def test_an_old_signature_is_refused(config: Receiver) -> None:
    with pytest.raises(Refused, match="older than 72 hours"):
        parse(signed(), config, "", NOW + 72 * 3600 + 1)


@pytest.mark.parametrize("client", ["", "192.0.2.31", "unknown", "192.0.2.30 ", "api.example.org", "::1"])
def test_unsigned_orders_of_others_are_refused(config: Receiver, client: str) -> None:
    with pytest.raises(Refused, match="the order is not signed"):
        parse(plain("CLEANUP 3 5"), config, client, NOW)


@pytest.mark.parametrize("client", ["192.0.2.30", "::ffff:192.0.2.30", "IPv6:::ffff:192.0.2.30", "198.51.100.9"])
def test_trusted_addresses(client: str) -> None:
    assert trusted(client, ("192.0.2.30", "198.51.100.0/24", "2001:db8::/32"))
    assert not trusted(client, ())


def test_no_header_hides_in_the_body(config: Receiver) -> None:
    with pytest.raises(Refused, match="no subject"):
        parse(b"X: y\n\n" + signed(), config, API, NOW)


def test_a_huge_mail_is_refused(config: Receiver) -> None:
    with pytest.raises(Refused, match="larger than 65536 bytes"):
        parse(signed() + b"x" * LIMIT, config, "", NOW)


def test_reasons_are_one_short_printable_line(config: Receiver) -> None:
    with pytest.raises(Refused, match=r".") as caught:
        parse(plain("x\x1b[2Jé\x07" + "y" * 5000), config, API, NOW)
    assert str(caught.value).isprintable()
    assert str(caught.value).isascii()
    assert len(str(caught.value)) <= 200


def test_the_nonce_is_told(config: Receiver) -> None:
    assert judge(signed(nonce="ab" * 16), config, "", NOW).nonce == "ab" * 16
    assert judge(plain("CLEANUP 3 5"), config, API, NOW).nonce == ""


def test_ids_sort_by_arrival(config: Receiver) -> None:
    ids = [parse(signed(order(), NOW), config, "", NOW + step).id for step in (0, 0.000002, 0.5, 1, 60, 86400)]
    assert ids == sorted(ids)
