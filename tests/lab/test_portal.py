"""The portal as people meet it: a whole journey in Chromium, on a desk and on a phone; what operators see of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.lab.addresses import ADDRESS
from tests.lab.browsing import Visitor, chromium
from tests.lab.site import Site
from tests.lab.whole import Whole, health, whole

pytestmark = pytest.mark.lab
PORTAL = f"http://{ADDRESS['www']}:8000"
WORKSHOP, NOTEBOOK = "Python - First steps", "WKSHP-Python/1-WKSHP-First-Steps.ipynb"
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def wod(site: Site) -> Iterator[Whole]:
    with whole(site) as ready:
        yield ready


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("screen", [{"viewport": {"width": 1280, "height": 900}}, PHONE], ids=["desk", "phone"])
def test_from_the_catalogue_to_a_cell_and_back(
    wod: Whole, browser: Browser, screen: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id
    email, visitor = f"{name}@example.org", Visitor(browser, name, **screen)
    left = visitor.find(PORTAL, "first steps", WORKSHOP)
    visitor.fill_in(email)
    visitor.ask_for_seat()
    visitor.is_booked()
    assert "Welcome" in wod.mail(email, "Workshops-on-Demand")
    credentials = wod.mail(email, "credentials")
    link, known = re.search(r"\S+/my/#\S+", credentials), wod.participant(email)
    assert link, credentials
    assert link[0].startswith(PORTAL)
    visitor.start(link[0])
    visitor.log_in(known.name, known.password)
    assert "class 'int'" in visitor.run_first_cell(NOTEBOOK)
    visitor.give_back(link[0])
    wod.until("the seat is free again", lambda: wod.workshop(WORKSHOP)["capacity"] == left)
    wod.until("nobody has it", lambda: wod.sql("SELECT count(*) FROM students WHERE assigned") == "0")


def test_without_the_api_the_catalogue_stays_and_a_booking_can_be_sent_again(wod: Whole, browser: Browser) -> None:
    visitor = Visitor(browser, "away", viewport={"width": 1280, "height": 900})
    visitor.find(PORTAL, "first steps", WORKSHOP)
    wod.site.ssh("api", "systemctl stop wod-api")
    try:
        visitor.fill_in("away@example.org")
        visitor.ask_for_seat()
        expect(visitor.page.get_by_text("We cannot reach the workshop service right now")).to_be_visible()
        visitor.picture("3-not-booked")
        other = Visitor(browser, "away-other", viewport={"width": 1280, "height": 900})
        other.find(PORTAL, "first steps", WORKSHOP)
    finally:
        wod.site.ssh("api", "systemctl start wod-api")
    wod.until("the API", lambda: health() == 200)
    visitor.ask_for_seat()
    visitor.is_booked()
    assert wod.sql("SELECT count(*) FROM customers WHERE email = 'away@example.org'") == "1"


def test_an_operator_sees_the_backends(wod: Whole, browser: Browser) -> None:
    """Each has reported itself by now."""
    visitor = Visitor(browser, "operator", viewport={"width": 1280, "height": 1400})
    wod.until("both reports", lambda: wod.sql("SELECT count(*) FROM wod_backends") == "2", 120)
    visitor.page.goto(f"{PORTAL}/operator/")
    visitor.page.get_by_label("User name").fill("hackshack")
    visitor.page.get_by_label("Password").fill(wod.administrator())
    visitor.page.get_by_role("button", name="Log in").click()
    table = visitor.page.get_by_role("region", name="Backends")
    table.get_by_text("well").nth(1).wait_for()
    visitor.picture("overview")
    assert {ADDRESS["be1"], ADDRESS["be2"]} <= set(re.findall(r"[\d.]{7,}", table.inner_text()))
