"""What a participant does with portal and JupyterLab in a real browser."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.lab.site import REPOSITORY

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 90_000
"""Milliseconds: a JupyterLab starts on a machine that does all the rest, too."""
PICTURES = REPOSITORY / "artifacts" / "portal"


@contextmanager
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "Chromium is not installed; scripts/prepare does that"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Visitor:
    """One person's window; ``screen`` are Playwright's options of a context, ``name`` the pictures' prefix."""

    def __init__(self, browser: Browser, name: str, **screen: Any) -> None:
        self.name = name
        self.context = browser.new_context(locale="en-GB", timezone_id="Europe/Paris", **screen)
        self.context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        self.page: Page = self.context.new_page()

    def picture(self, of: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{self.name}-{of}.png")

    def find(self, portal: str, words: str, workshop: str) -> int:
        """The workshop's page, by a search in the catalogue; how many seats it says are left."""
        self.page.goto(portal)
        expect(self.page.locator(".card", has_text=workshop)).to_be_visible()
        self.picture("1-catalogue")
        self.page.get_by_label("Search workshops").fill(words)
        expect(self.page.locator("#count")).to_have_text("1 workshop")
        self.page.get_by_role("link", name=workshop).click()
        left = self.page.get_by_text("seats left")
        expect(left.first).to_be_visible()
        return int(left.first.inner_text().split()[0])

    def fill_in(self, email: str) -> None:
        self.page.get_by_label("Your name").fill("Ada Lovelace")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("I have read and accept").check()
        self.picture("2-registration")

    def ask_for_seat(self) -> None:
        self.page.get_by_role("button", name="Book my seat").click()

    def is_booked(self) -> None:
        expect(self.page.locator("#register-title")).to_have_text("Your seat is booked")
        self.picture("3-booked")

    def start(self, link: str) -> None:
        """From the mailed link to the log-in page of JupyterHub."""
        self.page.goto(link)
        start = self.page.get_by_role("link", name="Start the workshop")
        expect(start).to_be_visible()
        self.picture("4-my-registration")
        address = start.get_attribute("href")
        assert address
        self.page.goto(address)

    def log_in(self, name: str, password: str) -> None:
        self.page.locator("#username_input").fill(name)
        self.page.locator("#password_input").fill(password)
        self.page.locator("#login_submit").click()
        expect(self.page.locator(".jp-LabShell")).to_be_visible()
        self.picture("5-jupyterlab")

    def run_first_cell(self, notebook: str) -> str:
        """Open it in JupyterLab, run its first cell of code, and read what it printed."""
        server = self.page.url.partition("/lab")[0]
        self.page.goto(f"{server}/lab/tree/{notebook}")
        self.has_kernel(server, notebook)
        files = self.page.locator(".jp-FileBrowser")
        if self.page.viewport_size and self.page.viewport_size["width"] < 600 and files.is_visible():
            self.page.locator(".jp-SideBar li[data-id=filebrowser]").click()  # on a phone they leave no place for it
        cell = self.page.locator(".jp-Notebook .jp-CodeCell").first
        cell.locator(".cm-content").click()
        self.page.locator(".jp-NotebookPanel-toolbar").get_by_role("button", name="Run this cell").click()
        printed = cell.locator(".jp-OutputArea-output")
        expect(printed.first).to_be_visible()
        self.picture("6-notebook")
        return printed.first.inner_text()

    def has_kernel(self, server: str, notebook: str) -> None:
        """Wait until it runs and JupyterLab talks to it.

        Not every sign of JupyterLab's says so: a notebook calls itself idle before it has a kernel, and a cell that is
        run then prints nothing.
        """
        deadline = time.monotonic() + PATIENCE / 1000
        while True:
            sessions = self.context.request.get(f"{server}/api/sessions").json()
            kernels = [each["kernel"] for each in sessions if each["path"] == notebook]
            if any(kernel["connections"] and kernel["execution_state"] == "idle" for kernel in kernels):
                return
            assert time.monotonic() < deadline, f"no kernel for {notebook}: {sessions}"
            time.sleep(0.5)

    def give_back(self, link: str) -> None:
        self.page.goto(link)
        self.page.get_by_role("button", name="Give my seat back").click()
        self.page.get_by_role("button", name="Give it back").click()
        expect(self.page.locator(".state")).to_have_text("Over")
        self.picture("7-given-back")
