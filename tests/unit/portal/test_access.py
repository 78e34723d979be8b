"""Everybody can use every page: axe-core's rules in both colour schemes, phones, screens without motion, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.unit.portal.samples import CATALOGUE, EMAIL, mine, overview
from tests.unit.portal.serving import Answer, Origin

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "async (rules) => (await axe.run({runOnly: rules})).violations"
PHONE = {"width": 360, "height": 740}


def _send(page: Page) -> None:
    page.get_by_role("button", name="Book my seat").click()
    expect(page.locator("#name-error")).not_to_be_empty()


def _fill_in(page: Page) -> None:
    for name, text in (("Your name", "Ada"), ("E-mail address", EMAIL)):
        page.get_by_label(name).fill(text)
    page.get_by_label("I have read and accept").check()
    page.get_by_role("button", name="Book my seat").click()


def _taken(page: Page) -> None:
    _fill_in(page)
    expect(page.get_by_text("You have a seat already")).to_be_visible()


def _booked(page: Page) -> None:
    _fill_in(page)
    expect(page.get_by_text("Your seat is booked")).to_be_visible()


def _sure(page: Page) -> None:
    page.get_by_role("button", name="Give my seat back").click()


def _login(page: Page) -> None:
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill("a-password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("region", name="Backends")).to_be_visible()
    page.get_by_text("The numbers").first.click()


Act = Callable[[Page], None]
SCREENS: dict[str, tuple[str, Act | None]] = {
    "catalogue": ("/", None),
    "category": ("/category/data", None),
    "nothing found": ("/?q=nothing", None),
    "workshop": ("/workshop/1", None),
    "wrong fields": ("/workshop/1", _send),
    "registered already": ("/workshop/1", _taken),
    "full workshop": ("/workshop/4", None),
    "unknown workshop": ("/workshop/99", None),
    "booked": ("/workshop/1", _booked),
    "my registration": ("/my/#token", None),
    "being prepared": ("/my/#token", None),
    "nearly over": ("/my/#token", None),
    "over": ("/my/#token", None),
    "failed": ("/my/#token", None),
    "catalogue away": ("/", None),
    "registration away": ("/my/#token", None),
    "give back": ("/my/#token", _sure),
    "no link": ("/my/", None),
    "log-in": ("/operator/", None),
    "overview": ("/operator/", _login),
    "special badge": ("/workshops/2/special-badge", None),
    "finisher badge": ("/workshop/7/finisher-badge", None),
    "terms": ("/terms", None),
    "not found": ("/nowhere", None),
    "server error": ("/50x.html", None),
}

ANSWERS: dict[str, tuple[str, Answer]] = {
    "booked": (
        "POST /api/customer",
        Answer(200, {"id": 5, "name": "Ada", "email": EMAIL, "studentId": 3, "proxy": "wod"}),
    ),
    "being prepared": ("GET /api/my", Answer(body=mine("preparing", startUrl=None))),
    "nearly over": ("GET /api/my", Answer(body=mine("ending"))),
    "over": ("GET /api/my", Answer(body=mine("over", startUrl=None, secondsLeft=0))),
    "failed": ("GET /api/my", Answer(body=mine("failed", startUrl=None))),
    "catalogue away": ("GET /api/workshops", Answer(502, "<html>")),
    "registration away": ("GET /api/my", Answer(502, "<html>")),
}
"""What the API says other than on the other screens."""


def violations(page: Page) -> list[tuple[str, list[str]]]:
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in page.evaluate(RUN, RULES)]


@pytest.fixture
def screen(origin: Origin) -> Callable[[Page, str], Page]:
    origin.answers.update(CATALOGUE)
    origin.answers["GET /api/my"] = Answer(body=mine())
    origin.answers["POST /api/customer"] = Answer(202, {"id": 1, "title": "API 101", "endDate": mine()["endDate"]})
    origin.answers["POST /api/login"] = Answer(body={"accessToken": "token", "roles": ["ROLE_MODERATOR"]})
    origin.answers["GET /api/operator"] = Answer(body=overview())

    def shown(page: Page, name: str) -> Page:
        path, act = SCREENS[name]
        origin.answers.update([ANSWERS[name]] if name in ANSWERS else [])
        page.goto(path, wait_until="networkidle")
        if act:
            act(page)
        return page

    return shown


@pytest.mark.parametrize("name", SCREENS)
def test_everybody_can_use_it(name: str, window: Callable[..., Page], screen: Callable[..., Page]) -> None:
    page = screen(window(reduced_motion="reduce", has_touch=True), name)
    page.evaluate(AXE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert violations(page) == [], scheme
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_axe_would_find_something(page: Page, screen: Callable[..., Page]) -> None:
    screen(page, "workshop").evaluate(AXE)
    page.evaluate("document.querySelectorAll('label').forEach((each) => each.remove())")
    page.evaluate("document.querySelector('h1').style.color = '#eee'")
    assert {name for name, _ in violations(page)} >= {"label", "color-contrast"}


def test_who_wants_no_motion_gets_none(window: Callable[..., Page], screen: Callable[..., Page]) -> None:
    page = screen(window(reduced_motion="reduce"), "catalogue")
    assert page.evaluate("document.getAnimations().length") == 0


def test_print_leaves_out_what_paper_cannot_do(page: Page, screen: Callable[..., Page]) -> None:
    screen(page, "workshop").emulate_media(media="print")
    expect(page.locator("#register")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
