"""The pages over the real API: a registration by its link, and the operator's overview of it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.unit.api.site import KEY, PASSWORDS, Site
from wod.api import links
from wod.api.models import Customer


def handed_out(api: Site) -> str:
    """A registration whose workshop is ready; its link's token."""
    assert api.register().status_code == 200
    with api.session() as session, session.begin():
        customer = session.get_one(Customer, 1)
        customer.last_email_sent = "credentials"
        return links.token(KEY, customer)


def test_a_seat_is_seen_and_given_back_and_the_operator_sees_it_too(api: Site, page: Page) -> None:
    page.goto(f"/my/#{handed_out(api)}")
    expect(page.get_by_role("link", name="Start the workshop")).to_have_attribute("href", re.compile("student1/lab"))
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^[12]:\d\d:\d\d$"))
    expect(page.get_by_text("until Mon 4 May, 13:00 CEST")).to_be_visible()
    page.get_by_role("button", name="Give my seat back").click()
    page.get_by_role("button", name="Give it back").click()
    expect(page.locator(".state")).to_have_text("Over")
    expect(page.get_by_role("link", name="Share your badge")).to_have_attribute("href", "/finisher-badge/")
    page.reload()
    expect(page.locator(".state")).to_have_text("Over")
    page.goto("/operator/")
    page.get_by_label("User name").fill("moderator")
    page.get_by_label("Password").fill(PASSWORDS["moderator"])
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("region", name="Backends")).to_contain_text("be1.example.org")
    expect(page.get_by_role("img", name=re.compile("Registrations in 30 days"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("API 101: "))).to_be_visible()


def test_a_link_of_nobody_is_told_apart_from_an_api_that_is_away(api: Site, page: Page) -> None:
    page.goto("/my/#not-a-token")
    expect(page.get_by_text("This link leads to no registration")).to_be_visible()
    page.get_by_label("E-mail address").fill("nobody@example.org")
    page.get_by_role("button", name="Mail me my link").click()
    expect(page.get_by_text("If a registration is open")).to_be_visible()
