"""The original's portal, as a small stand-in: built once per revision and settings, without secrets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.unit.content.upstream import Upstream
from wod import gatsby, repos
from wod.errors import WodError
from wod.inventory import Host
from wod.settings import Settings
from wod.site import Site

ROOT = Path(__file__).parents[2]
BUILD = """
const fs = require('fs');
fs.mkdirSync('public/static', {recursive: true});
const said = [process.env.BRANDING, process.env.WODFEAPIPWD, process.env.SHELL, process.env.CI].join('|');
fs.writeFileSync('public/index.html', `<p>${said} ${require('./where.js')}</p>`);
fs.writeFileSync('public/static/x.js', '1');
fs.appendFileSync(process.env.BRANDINGURL.slice(7), 'built\\n');
"""
WHERE = "{% raw %}module.exports ={% endraw %} '{{ WODAPIDBEXTURL }}';\n"
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="building the original's portal needs npm")


@pytest.fixture
def upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upstream:
    (tmp_path / "private").mkdir()
    monkeypatch.setenv("WOD_PRIVATE", str(tmp_path / "private"))
    monkeypatch.setenv("WOD_CACHE", str(tmp_path / "cache"))
    repos.forget()
    made = Upstream(tmp_path / "upstream")
    made.commit({"package.json": package("node build.js"), "build.js": BUILD, "where.js.j2": WHERE})
    return made


def package(build: str) -> str:
    return json.dumps({"name": "standin", "version": "1.0.0", "private": True, "scripts": {"build": build}})


def settings(upstream: Upstream, **own: object) -> Settings:
    log = f"https:/{upstream.folder.parent}/log"
    values = {"WODFEREPO": str(upstream.folder), "BRANDING": "Acme", "BRANDINGURL": log, **own}
    site = Site("test", ROOT, (Host("www", "frontends", settings=values),)).resolved({})
    return site.host("www").settings


@needs_npm
def test_it_is_built_once_per_revision_and_settings(upstream: Upstream) -> None:
    log = upstream.folder.parent / "log"
    pages = gatsby.built(settings(upstream, WODAPIDBEXTURL="https://wod.example.org/api"))
    assert pages["index.html"] == b"<p>Acme|||true https://wod.example.org/api</p>"
    assert pages["static/x.js"] == b"1"
    assert gatsby.built(settings(upstream, WODAPIDBEXTURL="https://wod.example.org/api")) == pages
    assert log.read_text() == "built\n"
    gatsby.built(settings(upstream))
    assert log.read_text() == "built\n" * 2


@needs_npm
def test_a_build_that_fails_says_why_and_leaves_nothing(upstream: Upstream) -> None:
    upstream.commit({"build.js": "console.error('no such page'); process.exit(3)"})
    with pytest.raises(WodError, match=r"WODFEREPO: npm run build failed: .*no such page"):
        gatsby.built(settings(upstream))
    assert not list(repos.cache_folder().glob("portal-*"))


def test_what_cannot_be_built_is_one_sentence(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(WodError, match="node and npm are needed on this machine"):
        gatsby.built(settings(upstream))
    upstream.commit({"package.json": "{}"})
    repos.forget()
    with pytest.raises(WodError, match=r"has no package\.json with a build script"):
        gatsby.built(settings(upstream))
