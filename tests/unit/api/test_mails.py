"""What participants are written, and the two ways it goes out."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from tests.unit.api.life import START, config
from wod.api.badges import BADGES
from wod.api.lifecycle.facts import Customer, Seat, Workshop
from wod.api.mails import compose, letters, post
from wod.engine.send import NotSent

SEAT = Seat(
    3, 3, "be1.example.org", "https", "8443", "student3", "S3cr&t<9", "https://be1.example.org:8443/user/student3/lab?"
)
CUSTOMER = Customer(5, "someone@example.org", "welcome", True, START, START, SEAT, session_type="Workshops-on-Demand")
WORKSHOP = Workshop(
    "WKSHP-API101",
    "API 101 & <friends>",
    replay_id=7,
    badge_img="api 101.jpg",
    replay_link="https://youtu.be/x?a=1&b=2",
)
FACTS = letters.facts(CUSTOMER, WORKSHOP) | letters.badge(BADGES[1], "https://wod.example.org/img/expert.jpg")
LETTERS = sorted(compose.SUBJECTS)


def made(letter: str, **facts: Any) -> EmailMessage:
    values = {**FACTS, "badge_img": WORKSHOP.badge_img if letter != "badge" else FACTS["badge_img"], **facts}
    return compose.message(letter, values, CUSTOMER.email, f"5:{letter}", config("", 25, 10025))


def parts(mail: EmailMessage) -> tuple[str, str]:
    found = [mail.get_body((kind,)) for kind in ("plain", "html")]
    text, html = [part.get_content() for part in found if part is not None]
    return text, html


@pytest.mark.parametrize("letter", LETTERS)
def test_every_mail_is_text_and_html_and_says_whose_it_is(letter: str) -> None:
    mail = made(letter)
    assert mail.get_content_type() == "multipart/alternative"
    for part in parts(mail):
        assert "The Example Community team" in part
        assert "wod@example.org" in part
    assert str(mail["From"]) == "Example Workshops-on-Demand <wod@example.org>"
    assert mail["Message-ID"] == f"<wod.5.{letter}@example.org>"
    assert b"\n\n" not in mail.as_bytes().replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("letter", "subject", "links"),
    [
        ("welcome", "Example Workshops-on-Demand", ["https://youtu.be/x?a=1&b=2"]),
        (
            "credentials",
            "Example Workshops-on-Demand credentials",
            ["https://be1.example.org:8443/hub/login", "https://be1.example.org:8443/user/student3/lab?"],
        ),
        ("expiring", "Your Example Workshops-on-Demand session will end in one hour", [SEAT.url]),
        (
            "expired",
            "Thanks for participating in the Example Workshops-on-Demand!",
            [
                "https://wod.example.org/img/badges/api%20101.jpg",
                "url=https%3A%2F%2Fwod.example.org%2Fworkshop%2F7%2Ffinisher-badge",
                "https://example.org/feedback",
            ],
        ),
        (
            "issue",
            "Example Workshop-on-Demand Workshops-on-Demand Deployment Issue.",
            ["https://wod.example.org/workshops/7"],
        ),
        (
            "badge",
            "Way to go! You just earned the Example Expert badge!",
            ["https://wod.example.org/img/expert.jpg", "https://wod.example.org/workshops/1/special-badge"],
        ),
    ],
)
def test_subjects_and_links(letter: str, subject: str, links: list[str]) -> None:
    mail = made(letter)
    text, html = parts(mail)
    assert mail["Subject"] == subject
    for link in links:
        assert link in text
        assert link.replace("&", "&amp;") in html


def test_the_credentials_can_be_copied() -> None:
    text, html = parts(made("credentials"))
    assert "User Name: student3\nPassword: S3cr&t<9\n" in text.replace("\r\n", "\n")
    assert "<code>S3cr&amp;t&lt;9</code>" in html


def test_nothing_becomes_markup() -> None:
    text, html = parts(made("welcome"))
    assert "API 101 & <friends>" in text
    assert "<friends>" not in html


@pytest.mark.parametrize("hostile", ["x\r\nBcc: victim@example.net", "x\nBcc: victim@example.net", "x\u2028Bcc: a@b"])
def test_no_text_becomes_a_header(hostile: str) -> None:
    mail = made("issue", session_type=hostile, workshop=hostile)
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject", [])) == 1
    assert b"\nBcc:" not in mail.as_bytes().partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize("recipient", ["", "x", "a@b\r\nRCPT TO:<c@d>", "a@b,c@d", "<a@b>", "a b@c", "ü@example.org"])
def test_a_recipient_that_is_no_plain_address(recipient: str) -> None:
    with pytest.raises(NotSent, match="malformed") as caught:
        post.deliver(recipient, {"letter": "welcome", "facts": FACTS}, "5:welcome", config("", 25, 10025))
    assert caught.value.final


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://x\ny", "https://x y", "tbd", "???", ""])
def test_what_is_no_address_is_no_link(address: str) -> None:
    assert compose.web(address) == ""
    assert all("replay of" not in part for part in parts(made("welcome", replay_link=address)))


def test_an_address_stays_within_its_attribute() -> None:
    assert 'onclick="' not in parts(made("welcome", replay_link='https://x"onclick="y'))[1]
