"""The catalogue: what it says, how it is searched, and what it says when the API does not."""

from __future__ import annotations

import gzip
import re

import pytest
from playwright.sync_api import Page, expect

from tests.unit.portal.samples import CATALOGUE, WORKSHOPS
from tests.unit.portal.serving import Answer, Origin

BUDGET = 30_000
"""Bytes of the first page without pictures; the promise is 100 KB."""


@pytest.fixture(autouse=True)
def catalogue(origin: Origin) -> None:
    origin.answers.update(CATALOGUE)


def names(page: Page) -> list[str]:
    return page.locator(".card h3").all_inner_texts()


def test_workshops_come_by_priority_with_what_one_wants_to_know(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#count")).to_have_text("6 workshops")
    assert names(page) == [each["name"] for each in sorted(WORKSHOPS, key=lambda each: each["priority"])]
    first = page.locator(".card").first
    for text in ("★ Popular", "Cloud", "12 seats left", "4 hours", "By Grace Hopper", "With a replay", "With a badge"):
        expect(first).to_contain_text(text)
    expect(page.locator(".card").nth(1)).to_contain_text("1 seat left")
    expect(page.locator(".card").nth(3)).to_contain_text("Full right now")


def test_a_picture_that_is_missing_or_elsewhere_is_a_generated_one(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".card")).to_have_count(6)
    page.locator(".card").nth(1).scroll_into_view_if_needed()
    expect(page.locator(".card .picture img")).to_have_count(0)
    expect(page.locator(".card .picture span").first).to_have_text("A1")


def test_a_category_has_an_address_and_history_goes_back(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile(r"Open Source \(3\)")).click()
    expect(page).to_have_url(re.compile("/category/open-source$"))
    expect(page.get_by_role("heading", level=2)).to_have_text("Open Source")
    expect(page.locator("#count")).to_have_text("3 workshops")
    page.get_by_role("link", name=re.compile("Data")).click()
    expect(page).to_have_title("Data · Example Workshops")
    page.go_back()
    expect(page.locator("#count")).to_have_text("3 workshops")
    page.go_back()
    expect(page.locator("#count")).to_have_text("6 workshops")


def test_a_category_works_by_its_link(page: Page) -> None:
    page.goto("/category/open-source")
    expect(page.locator("#count")).to_have_text("3 workshops")
    expect(page.locator(".chips [aria-current]")).to_contain_text("Open Source")
    page.goto("/category/nonsense")
    expect(page.get_by_role("heading", level=2)).to_have_text("No such category")
    expect(page.get_by_text("No workshop fits")).to_be_visible()


def test_search_is_within_a_category_and_survives_a_reload(page: Page) -> None:
    page.goto("/category/data")
    page.get_by_label("Search workshops").fill("KATHERINE gently")
    expect(page.locator("#count")).to_have_text("1 workshop")
    page.reload()
    expect(page.locator("#count")).to_have_text("1 workshop")
    expect(page.get_by_label("Search workshops")).to_have_value("KATHERINE gently")
    page.get_by_label("Search workshops").fill("nothing of the kind")
    page.get_by_role("link", name="Show all workshops").click()
    expect(page.locator("#count")).to_have_text("6 workshops")


def test_a_slow_api_is_said_to_be_slow(page: Page, origin: Origin) -> None:
    origin.answers["GET /api/workshops"] = Answer(body=WORKSHOPS, delay=5)
    page.goto("/")
    expect(page.get_by_text("Loading the workshops")).to_be_visible()
    expect(page.get_by_text("Still loading")).to_be_visible()
    expect(page.locator("#count")).to_have_text("6 workshops")


TROUBLES = {
    "away": (Answer(502, "<html>Bad Gateway</html>"), "cannot reach"),
    "failing": (Answer(500, {"message": "no"}), "cannot reach"),
    "a page instead": (Answer(200, "<html>Welcome to nginx!</html>"), "do not understand"),
    "other JSON": (Answer(200, {"workshops": 3}), "do not understand"),
    "busy": (Answer(429, {"message": "slow down"}), "very many requests"),
    "never": (Answer(200, WORKSHOPS, delay=1.5), "takes too long"),
}


@pytest.mark.parametrize("kind", TROUBLES)
def test_trouble_is_said_and_can_be_tried_again(kind: str, page: Page, origin: Origin) -> None:
    answer, text = TROUBLES[kind]
    origin.answers["GET /api/workshops"] = [answer, Answer(body=WORKSHOPS)]
    if kind == "never":  # the pages wait for 20 seconds; here a fiftieth of it
        page.add_init_script(
            "const t = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = (ms) => t(ms / 50)"
        )
    page.goto("/")
    expect(page.get_by_text(text)).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#count")).to_have_text("6 workshops")


def test_an_empty_catalogue_is_no_error(page: Page, origin: Origin) -> None:
    origin.answers["GET /api/workshops"] = Answer(body=[])
    page.goto("/")
    expect(page.get_by_text("There are no workshops right now")).to_be_visible()


def test_text_from_the_api_is_never_markup(page: Page, origin: Origin) -> None:
    hostile = {**WORKSHOPS[0], "name": "<img src=x onerror=alert(1)>", "replayLink": "javascript:alert(1)"}
    origin.answers["GET /api/workshops"] = Answer(body=[hostile])
    page.goto("/")
    expect(page.locator(".card h3")).to_have_text(hostile["name"])
    assert "With a replay" not in page.locator(".card").inner_text()


def test_the_first_page_is_small(page: Page, origin: Origin) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(origin.url).lstrip("/") or "index.html"))
    page.goto("/", wait_until="networkidle")
    texts = [name for name in asked if name.endswith((".html", ".css", ".js"))]
    assert len(texts) == len(set(texts)) >= 4
    assert sum(len(origin.files[f"{name}.gz"]) for name in texts) < BUDGET
    assert all(gzip.decompress(origin.files[f"{name}.gz"]) == origin.files[name] for name in texts)
