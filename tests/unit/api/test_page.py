"""`/api/docs` fetches nothing from anybody else, and works under its own policy."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.api.site import Site, site


@pytest.fixture
def api(database_url: str) -> Iterator[Site]:
    with site(database_url) as made:
        yield made


def test_the_page_names_no_foreign_host_and_its_files_are_there(api: Site) -> None:
    answer = api.call("GET", "/api/docs")
    named = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert len(named) == 4
    for name in named:
        part = api.call("GET", f"/api/{name}")
        assert (part.status_code, bool(part.content)) == (200, True), name
    script = api.call("GET", "/api/docs/page.js").text
    assert not re.search(r"https?:|//", answer.text + script)
    assert api.call("GET", "/api/" + re.findall(r'url: "([^"]+)"', script)[0]).json()["paths"]


def test_the_policy_allows_this_server_only_and_nothing_inline(api: Site) -> None:
    answer = api.call("GET", "/api/docs")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"unsafe|\*|https?:", policy)
    assert not re.search(r"<script>|<style|style=| on[a-z]+=", answer.text)


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs the distribution's Chromium")
def test_a_browser_shows_all_routes_under_the_policy(api: Site, tmp_path: Path) -> None:
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr")
    address = f"{api.client.base_url}/api/docs"
    words = ["chromium", *flags, "--virtual-time-budget=20000", f"--user-data-dir={tmp_path}", "--dump-dom", address]
    shown = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert shown.stdout.count('class="opblock ') > 30
    assert "Content Security Policy" not in shown.stderr


def test_only_the_packages_files_are_served(api: Site) -> None:
    for name in ("none.js", "..%2f__init__.py", "%2e%2e/core.py", ""):
        assert api.call("GET", f"/api/docs/assets/{name}").status_code == 404, name


def test_a_browser_need_not_fetch_a_file_twice(api: Site) -> None:
    path = "/api/docs/assets/swagger-ui.css"
    tag = api.call("GET", path).headers["etag"]
    assert api.call("GET", path, headers={"if-none-match": tag}).status_code == 304
