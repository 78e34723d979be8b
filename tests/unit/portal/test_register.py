"""A seat, booked in a browser: from a real API with PostgreSQL, and with every answer that an API may give."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.unit.api.site import Site
from tests.unit.portal.samples import CATALOGUE, EMAIL
from tests.unit.portal.serving import Answer, Origin
from wod.api.models import Workshop


def fill(page: Page, email: str = EMAIL) -> None:
    page.get_by_label("Your name").fill("ada lovelace")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Company or school").fill("Analytical Engines")
    page.get_by_label("I have read and accept").check()


def book(page: Page, email: str = EMAIL) -> None:
    fill(page, email)
    page.get_by_role("button", name="Book my seat").click()


def title(page: Page, text: str) -> None:
    expect(page.locator("#register-title")).to_have_text(text)
    expect(page.locator("#register-title")).to_be_focused()


def test_from_the_catalogue_to_a_seat_and_what_follows_from_it(api: Site, page: Page, origin: Origin) -> None:
    page.goto("/")
    page.get_by_role("link", name="API 101").click()
    expect(page.get_by_text("10 seats left")).to_be_visible()
    book(page)
    title(page, "Your seat is booked")
    expect(page.locator("#answer")).to_contain_text(EMAIL)
    registered = api.call("GET", "/api/customers", "admin").json()
    assert [(each["name"], each["email"], each["company"]) for each in registered] == [
        ("Ada Lovelace", EMAIL, "Analytical Engines")
    ]
    page.goto("/workshop/2")
    book(page)
    title(page, "You have a seat already")
    expect(page.locator("#answer")).to_contain_text("API 101 until Mon 4 May, 13:00 CEST")
    origin.answers["POST /api/my/link"] = Answer(202, {})
    page.get_by_role("button", name="Mail me my link again").click()
    expect(page.get_by_text("is on its way")).to_be_visible()
    assert origin.calls[-1].json == {"email": EMAIL}
    page.goto("/")
    expect(page.locator(".card", has_text="API 101")).to_contain_text("9 seats left")


def test_the_keyboard_alone_books_a_seat(api: Site, page: Page) -> None:
    page.goto("/")
    expect(page.locator("#count")).to_have_text("3 workshops")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "API 101":
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/workshop/1$"))
    expect(page.get_by_label("Your name")).to_be_visible()
    while page.evaluate("document.activeElement.id") != "name":
        page.keyboard.press("Tab")
    for text in ("Ada", EMAIL, "Analytical Engines"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    title(page, "Your seat is booked")


def test_a_refused_address_and_a_full_workshop_by_the_real_api(api: Site, page: Page) -> None:
    page.goto("/workshop/1")
    expect(page.get_by_text("10 seats left")).to_be_visible()
    with api.session() as session, session.begin():
        session.get_one(Workshop, 1).capacity = 0
    book(page, "12.34@gmail.com")
    expect(page.get_by_text("We cannot accept this e-mail address")).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_be_focused()
    expect(page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("E-mail address").fill(EMAIL)
    expect(page.locator("#email-error")).to_be_empty()
    page.get_by_role("button", name="Book my seat").click()
    expect(page.locator("#register-title")).to_have_text("All seats are taken")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator("#register-title")).to_have_text("All seats are taken")
    expect(page.get_by_role("link", name="See other workshops")).to_be_visible()


@pytest.fixture
def form(page: Page, origin: Origin) -> Callable[[Answer | list[Answer]], Page]:
    """The page of a workshop, filled in, for an answer of the API to a registration."""

    def opened(answer: Answer | list[Answer]) -> Page:
        origin.answers.update({**CATALOGUE, "POST /api/customer": answer})
        page.goto("/workshop/1")
        fill(page)
        return page

    return opened


ANSWERS = {
    "no system": (Answer(202, "No location available for this workshop - contact admin team"), "cannot run right now"),
    "gone": (Answer(400, {"error": {}}), "cannot be booked like this"),
    "too many": (Answer(429, {"message": "x"}, headers={"retry-after": "42"}), "try again in 42 seconds"),
    "away": (Answer(503, {"message": "x"}), "Nobody is booked twice"),
    "broken": (Answer(500, {"message": "x"}), "Nobody is booked twice"),
    "a page instead": (Answer(200, "<html>Welcome</html>"), "do not understand"),
    "another page": (Answer(202, "<html>full</html>"), "do not understand"),
    "other JSON": (Answer(200, []), "do not understand"),
    "null": (Answer(200, "null"), "do not understand"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_each_answer_is_said_in_words(kind: str, form: Callable[[Answer], Page]) -> None:
    answer, text = ANSWERS[kind]
    page = form(answer)
    page.get_by_role("button", name="Book my seat").click()
    expect(page.get_by_text(text)).to_be_visible()


def test_what_was_written_is_kept_for_another_try(form: Callable[[list[Answer]], Page], origin: Origin) -> None:
    page = form([Answer(503), Answer(200, {"id": 5, "name": "Ada", "email": EMAIL, "studentId": 3, "proxy": "wod"})])
    page.get_by_role("button", name="Book my seat").click()
    expect(page.get_by_text("We do not know whether your seat is booked")).to_be_visible()
    page.get_by_role("button", name="Book my seat").click()
    title(page, "Your seat is booked")
    sent = origin.calls[-1].json
    assert sent.pop("email") == EMAIL
    assert sent == {
        "name": "ada lovelace", "company": "Analytical Engines", "title": "API 101", "notebook": "WKSHP-1",
        "sessionType": "Workshops-on-Demand", "location": "be1.example.org", "termsAndConditions": True, "proxy": "wod",
    }  # fmt: skip


def test_nothing_is_sent_before_all_is_well(page: Page, origin: Origin) -> None:
    origin.answers.update(CATALOGUE)
    page.goto("/workshop/1")
    page.get_by_role("button", name="Book my seat").click()
    for text in ("Please tell us your name", "Please give your e-mail address", "Please accept the terms"):
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_focused()
    fill(page, "ada@nowhere")
    page.get_by_role("button", name="Book my seat").click()
    expect(page.get_by_text("Please give a whole e-mail address")).to_be_visible()
    assert [call.method for call in origin.calls] == ["GET"]


def test_a_full_workshop_has_no_form(page: Page, origin: Origin) -> None:
    origin.answers.update(CATALOGUE)
    page.goto("/workshops/44")  # as the original's mails name it
    expect(page.get_by_role("heading", level=1)).to_have_text("Notebooks that explain themselves")
    expect(page.get_by_text("All seats are taken")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_count(0)


def test_an_unknown_workshop_is_said(page: Page, origin: Origin) -> None:
    origin.answers.update(CATALOGUE)
    page.goto("/workshop/999")
    expect(page.get_by_role("heading", level=1)).to_have_text("This workshop is not offered")
    expect(page.locator("#register")).to_be_hidden()
