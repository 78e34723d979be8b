"""A registration's own page, opened by the mailed link."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.unit.portal.samples import EMAIL, mine, workshop
from tests.unit.portal.serving import Answer, Origin

LINK = "/my/#a-token"


def test_a_ready_workshop_is_started_and_its_time_runs(page: Page, origin: Origin) -> None:
    origin.answers["GET /api/my"] = Answer(body=mine())
    page.goto(LINK)
    expect(page.locator(".state")).to_have_text("Ready")
    expect(page.get_by_role("link", name="Start the workshop")).to_have_attribute(
        "href", re.compile("/user/student3/lab")
    )
    expect(page.get_by_text("until Tue 24 Nov, 14:00 CET")).to_be_visible()
    before = page.get_by_role("timer").inner_text()
    assert re.fullmatch(r"3:25:4\d", before)
    expect(page.get_by_role("timer")).not_to_have_text(before)
    assert origin.calls[0].headers["x-registration"] == "a-token"
    assert "a-token" not in origin.calls[0].path


def test_what_is_being_prepared_is_looked_after(page: Page, origin: Origin) -> None:
    page.clock.install()
    origin.answers["GET /api/my"] = [Answer(body=mine("preparing", startUrl=None)), Answer(502), Answer(body=mine())]
    page.goto(LINK)
    expect(page.locator(".state")).to_have_text("Being prepared")
    expect(page.get_by_role("link", name="Start the workshop")).to_have_count(0)
    for seconds in (6, 61):  # the first finds the API away, and what is shown stays
        with page.expect_response("**/api/my"):
            page.clock.fast_forward(seconds * 1000)
    expect(page.get_by_role("link", name="Start the workshop")).to_be_visible()
    expect(page.locator("#said")).to_contain_text("Your workshop is ready")


def test_a_session_is_extended_once(page: Page, origin: Origin) -> None:
    origin.answers["GET /api/my"] = Answer(body=mine("ending"))
    longer = mine(extensionsLeft=0, endDate="2026-11-24T17:00:00.000Z")
    origin.answers["POST /api/my/extend"] = Answer(body=longer)
    page.goto(LINK)
    expect(page.get_by_text("Your time is nearly up")).to_be_visible()
    page.get_by_role("button", name="Extend by 4 hours").click()
    expect(page.get_by_text("now lasts until Tue 24 Nov, 18:00 CET")).to_be_visible()
    expect(page.get_by_role("button", name="Extend by 4 hours")).to_have_count(0)


def test_what_cannot_be_extended_says_why(page: Page, origin: Origin) -> None:
    origin.answers["GET /api/my"] = Answer(body=mine())
    origin.answers["POST /api/my/extend"] = Answer(403, {"message": "The session was extended already"})
    page.goto(LINK)
    page.get_by_role("button", name="Extend by 4 hours").click()
    expect(page.get_by_text("The session was extended already")).to_be_visible()


def test_a_seat_is_given_back_only_when_meant(page: Page, origin: Origin) -> None:
    origin.answers["GET /api/my"] = Answer(body=mine())
    origin.answers["GET /api/workshops/7"] = Answer(body=workshop(7, "API 101", replayId=70))
    origin.answers["DELETE /api/my"] = Answer(body=mine("over", startUrl=None, secondsLeft=0))
    page.goto(LINK)
    page.get_by_role("button", name="Give my seat back").click()
    page.get_by_role("button", name="Keep it").click()
    assert all(call.method == "GET" for call in origin.calls)
    page.get_by_role("button", name="Give my seat back").click()
    page.get_by_role("button", name="Give it back").click()
    expect(page.locator(".state")).to_have_text("Over")
    expect(page.get_by_text("Your seat is given back")).to_be_visible()
    expect(page.get_by_role("link", name="Give feedback")).to_be_visible()
    expect(page.get_by_role("link", name="Share your badge")).to_have_attribute(
        "href", re.compile("/workshop/70/finisher-badge")
    )


def test_a_failed_preparation_is_no_dead_end(page: Page, origin: Origin) -> None:
    origin.answers["GET /api/my"] = Answer(body=mine("failed", startUrl=None))
    page.goto(LINK)
    expect(page.get_by_text("You did nothing wrong")).to_be_visible()
    expect(page.get_by_role("link", name="See all workshops")).to_be_visible()


def test_without_a_good_link_one_is_mailed(page: Page, origin: Origin) -> None:
    origin.answers["GET /api/my"] = Answer(401, {"message": "Unknown registration"})
    origin.answers["POST /api/my/link"] = Answer(202, {})
    page.goto(LINK)
    expect(page.get_by_text("This link leads to no registration")).to_be_visible()
    page.goto("/my/")
    page.get_by_role("button", name="Mail me my link").click()
    expect(page.get_by_text("Please give your e-mail address")).to_be_visible()
    page.get_by_label("E-mail address").fill(EMAIL.upper())
    page.get_by_role("button", name="Mail me my link").click()
    expect(page.get_by_text("is on its way")).to_be_visible()
    assert origin.calls[-1].json == {"email": EMAIL}


def test_an_api_that_is_away_or_talks_nonsense_can_be_tried_again(page: Page, origin: Origin) -> None:
    origin.answers["GET /api/my"] = [Answer(503), Answer(200, "<html>"), Answer(body=mine())]
    page.goto(LINK)
    expect(page.get_by_text("cannot reach")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("do not understand")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".state")).to_have_text("Ready")
