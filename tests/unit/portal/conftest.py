"""One Chromium and one server for all tests of the pages; each test has a fresh window, which must behave."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.unit.api.postgres import cluster, database_url
from tests.unit.api.site import Site, site
from tests.unit.portal.samples import VALUES
from tests.unit.portal.serving import Origin, serving
from wod.portal import build

__all__ = ["cluster", "database_url"]
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60_000
"""Milliseconds, on a machine that is busy with other things."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ended with this package: as long as it runs, asyncio takes this thread for its own."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("Chromium is not installed; scripts/prepare does that")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


@pytest.fixture(scope="package")
def server() -> Iterator[Origin]:
    with serving(build(VALUES)) as origin:
        yield origin


@pytest.fixture
def origin(server: Origin) -> Origin:
    server.reset()
    return server


@pytest.fixture
def window(browser: Browser, origin: Origin) -> Iterator[Callable[..., Page]]:
    """Opens a window. At the end: no script failed, nothing broke the content policy, nobody else was asked."""
    faults: list[str] = []
    made = []

    def opened(**options: object) -> Page:
        context = browser.new_context(base_url=origin.url, locale="en-GB", timezone_id="Europe/Paris", **options)
        made.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"a script failed: {error}"))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.on("request", lambda asked: faults.append(asked.url) if not asked.url.startswith(origin.url) else None)
        return page

    yield opened
    for context in made:
        context.close()
    assert faults == []


@pytest.fixture
def page(window: Callable[..., Page]) -> Page:
    return window()


@pytest.fixture
def api(database_url: str, origin: Origin) -> Iterator[Site]:
    """A real API behind the portal."""
    with site(database_url) as made:
        origin.upstream = str(made.client.base_url).rstrip("/")
        yield made
