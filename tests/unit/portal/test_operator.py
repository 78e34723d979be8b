"""The operator's page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.unit.portal.samples import overview
from tests.unit.portal.serving import Answer, Origin


@pytest.fixture(autouse=True)
def stand_in(origin: Origin) -> None:
    origin.answers["POST /api/login"] = Answer(body={"accessToken": "first", "roles": ["ROLE_USER", "ROLE_ADMIN"]})
    origin.answers["POST /api/refresh"] = Answer(body={"accessToken": "second"})
    origin.answers["GET /api/operator"] = Answer(body=overview())


def login(page: Page) -> None:
    page.goto("/operator/")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill("a-password")
    page.get_by_role("button", name="Log in").click()


def test_the_overview_says_all(page: Page) -> None:
    login(page)
    backends = page.get_by_role("region", name="Backends")
    for text in ("be1.example.org", "✓ well", "0123456789ab", "✗ not well", "never"):
        expect(backends).to_contain_text(text)
    seats = page.get_by_role("img", name=re.compile("API 101: 15 free, 4 taken, 1 stuck"))
    expect(seats.locator("rect")).to_have_count(5)
    for text in ("15 of 20 free", "Notebooks that explain themselves"):
        expect(seats).to_contain_text(text)
    days = page.get_by_role("img", name=re.compile("Registrations in 30 days"))
    for text in ("most in a day: 10", "1 Nov", "30 Nov"):
        expect(days).to_contain_text(text)
    expect(page.get_by_role("region", name="Dead letters")).to_contain_text("no such workshop")
    expect(page.get_by_text("1 mail or order waits to be sent")).to_be_visible()
    expect(page.get_by_role("region", name="Drift")).to_contain_text("3 differences")
    expect(page.get_by_label("Password")).to_be_hidden()


def test_it_renews_itself_and_its_token_and_keeps_what_is_open(page: Page, origin: Origin) -> None:
    page.clock.install()
    login(page)
    page.get_by_text("The numbers").first.click()
    newer = overview(outbox={"waiting": 9, "givenUp": 0, "oldest": None})
    origin.answers["GET /api/operator"] = Answer(body=newer)
    page.clock.run_for(31_000)
    expect(page.get_by_text("9 mails or orders wait")).to_be_visible()
    expect(page.get_by_role("region", name="Seats by workshop")).to_be_visible()
    with page.expect_response("**/api/refresh"):
        page.clock.run_for(70_000)
    with page.expect_response("**/api/operator"):
        page.clock.run_for(31_000)
    assert origin.calls[-1].headers["x-access-token"] == "second"
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]


def test_a_lapsed_log_in_says_so(page: Page, origin: Origin) -> None:
    page.clock.install()
    login(page)
    expect(page.locator("#overview")).to_be_visible()
    origin.answers["GET /api/operator"] = Answer(401, {"message": "Unauthorized!"})
    page.clock.run_for(31_000)
    expect(page.get_by_text("Please log in again")).to_be_visible()
    expect(page.get_by_label("User name")).to_be_focused()
    expect(page.locator("#overview")).to_be_empty()


REFUSALS = {
    "password": (Answer(401, {"accessToken": None, "message": "Invalid Password!"}), "User name or password is wrong"),
    "account": (Answer(404, {"message": "User Not found."}), "User name or password is wrong"),
    "role": (Answer(200, {"accessToken": "x", "roles": ["ROLE_USER"]}), "needs the role moderator or admin"),
    "often": (Answer(429, {}), "Too many tries"),
    "away": (Answer(502, "<html>"), "cannot reach"),
    "nonsense": (Answer(200, "<html>"), "did not work"),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refused_log_in_says_why(kind: str, page: Page, origin: Origin) -> None:
    origin.answers["POST /api/login"], text = REFUSALS[kind]
    login(page)
    expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_role("button", name="Log in")).to_be_enabled()


def test_a_site_that_has_nothing_yet(page: Page, origin: Origin) -> None:
    empty = {"backends": [], "seats": [], "registrations": [], "deadLetters": [], "drift": None}
    origin.answers["GET /api/operator"] = Answer(body=overview(**empty))
    login(page)
    for text in ("No backend is known yet", "The catalogue is empty", "No dead letters", "No drift report yet"):
        expect(page.get_by_text(text)).to_be_visible()
