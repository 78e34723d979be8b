"""The site as files: what is in them, what an overlay changes, and what cannot be."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.portal.samples import VALUES
from wod.api.badges import BADGES
from wod.errors import BadInput
from wod.portal import Listed, build, find
from wod.portal.assets import Scripts
from wod.portal.badges import SPECIAL
from wod.portal.colours import READABLE, contrast, palette
from wod.portal.values import logo

FILES = build(VALUES)
PAGES = sorted(name for name in FILES if name.endswith(".html"))
HASHED = re.compile(r"/(assets/[\w.-]+)")


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(FILES[page].decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def meta(self) -> dict[str | None, str | None]:
        return {each.get("property"): each.get("content") for tag, each in self.found if tag == "meta"}


def test_the_same_values_make_the_same_bytes() -> None:
    assert build(VALUES) == FILES


def test_every_text_is_there_compressed_too() -> None:
    packed = {name.removesuffix(".gz") for name in FILES if name.endswith(".gz")}
    assert packed >= {*PAGES, *(name for name in FILES if name.startswith("assets/") and not name.endswith(".gz"))}
    assert all(gzip.decompress(FILES[f"{name}.gz"]) == FILES[name] for name in packed)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_only_what_is_there(page: str) -> None:
    """Links may lead elsewhere; what is loaded is ours. Nothing is in the page that a strict policy forbids."""
    for tag, attributes in Elements(page).found:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        assert tag != "style"
        loaded = attributes.get("src") or (attributes.get("href") if tag == "link" else None)
        assert tag != "script" or attributes.get("src")
        if loaded:
            assert find(loaded, FILES), loaded


def test_scripts_import_what_is_there() -> None:
    for name, content in FILES.items():
        if name.endswith(".js"):
            assert all(f"assets/{each}" in FILES for each in re.findall(r'from "\./([^"]+)"', content.decode()))


def test_no_script_can_make_markup_from_text() -> None:
    scripts = b"".join(content for name, content in FILES.items() if name.endswith(".js"))
    for word in (b"innerHTML", b"outerHTML", b"insertAdjacentHTML", b"document.write", b"eval(", b"new Function"):
        assert word not in scripts


@pytest.mark.parametrize("page", PAGES)
def test_who_has_no_scripts_is_told(page: str) -> None:
    assert b"<noscript>" in FILES[page]


def test_an_asset_that_changes_changes_its_name_and_all_names_that_lead_to_it() -> None:
    one = Scripts({"a.js": 'import { x } from "./b.js";', "b.js": "export const x = 1;"})
    other = Scripts({"a.js": 'import { x } from "./b.js";', "b.js": "export const x = 2;"})
    assert one.made["a.js"][0] != other.made["a.js"][0]
    assert one.needs("a.js") == [one.made["b.js"][0]]


@pytest.mark.parametrize("sources", [{"a.js": 'from "./a.js"'}, {"a.js": 'from "./gone.js"'}])
def test_scripts_in_a_circle_are_refused(sources: dict[str, str]) -> None:
    with pytest.raises(BadInput, match=r"assets/a\.js imports"):
        Scripts(sources)


def test_badges_are_the_apis() -> None:
    assert [(each.number + 1, each.name, each.workshops) for each in SPECIAL] == [
        (each.id, each.name, each.workshops) for each in BADGES
    ]
    for badge in BADGES:
        assert badge.row(VALUES.url)["badge_img"].removeprefix(f"{VALUES.url}/") in FILES


@pytest.mark.parametrize("page", [name for name in PAGES if "badge" in name])
def test_badge_pages_share_well(page: str) -> None:
    said = Elements(page).meta()
    assert said["og:title"]
    assert said["og:description"]
    assert find(str(said["og:url"]).removeprefix(VALUES.url), FILES) == page
    assert str(said["og:image"]).removeprefix(f"{VALUES.url}/") in FILES
    links = [each.get("href") or "" for tag, each in Elements(page).found if tag == "a"]
    assert any(link.startswith("https://www.linkedin.com/sharing/share-offsite/?url=https%3A") for link in links)


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/", "index.html"),
        ("/category/open-source", "index.html"),
        ("/workshop/12", "workshop/index.html"),
        ("/workshops/12", "workshop/index.html"),
        ("/my", "my/index.html"),
        ("/my/", "my/index.html"),
        ("/operator/", "operator/index.html"),
        ("/terms", "terms/index.html"),
        ("/workshops/4/special-badge", "workshops/4/special-badge/index.html"),
        ("/workshops/5/special-badge", None),
        ("/workshop/7/finisher-badge", "workshop/7/finisher-badge/index.html"),
        ("/workshop/8/finisher-badge/", "finisher-badge/index.html"),
        ("/img/badges/hero.svg", "img/badges/hero.svg"),
        ("/img/badges/gone.jpg", "img/badges/finisher.svg"),
        ("/workshop/x", None),
        ("/nowhere", None),
        ("/../etc/passwd", None),
    ],
)
def test_addresses(path: str, file: str | None) -> None:
    assert find(path, FILES) == file


@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format))
def test_any_accent_is_readable(accent: str) -> None:
    for colours in palette(accent).values():
        assert contrast(colours["accent"], colours["tint"]) >= 4.5
        assert contrast(colours["accent"], colours["card"]) >= 4.5
        assert contrast(colours["accent"], colours["bg"]) >= 4.5
        assert contrast(colours["on"], colours["accent"]) >= 4.5
        assert contrast(colours["edge"], colours["card"]) >= 3


def test_contrast_is_the_standards() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert READABLE > 4.5


@pytest.mark.parametrize("accent", ["teal", "#fff", "#12345g", ""])
def test_what_is_no_colour_is_refused(accent: str) -> None:
    with pytest.raises(BadInput, match="not of the form #rrggbb"):
        build(replace(VALUES, accent=accent))


def test_branding_is_text_and_never_markup() -> None:
    files = build(replace(VALUES, programme="<b>Fish & Chips</b>", workshops=(Listed(1, '"><script>x</script>'),)))
    assert b"&lt;b&gt;Fish &amp; Chips&lt;/b&gt;" in files["index.html"]
    assert b"<script>x" not in files["workshop/1/finisher-badge/index.html"]


def test_links_that_are_not_given_are_not_there() -> None:
    page = build(replace(VALUES, feedback="TBD", chat="https://chat.example.org"))["index.html"]
    assert b"Feedback" not in page
    assert b'<a href="https://chat.example.org">Chat</a>' in page


@pytest.mark.parametrize(
    ("given_logo", "shown"),
    [
        ("![logo](img/logo.png)", "/img/logo.png"),
        ("img/logo.png", "/img/logo.png"),
        ("![logo](img/gone.png)", ""),
        ("https://elsewhere.example.net/logo.png", ""),
        ("https://cdn.example.org/logo.png", "https://cdn.example.org/logo.png"),
        ("", ""),
    ],
)
def test_a_logo_is_shown_if_it_is_there(given_logo: str, shown: str) -> None:
    values = replace(VALUES, logo=given_logo, pictures=("https://cdn.example.org",))
    assert logo(values, frozenset({"img/logo.png"})) == shown


def _put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def test_an_overlay_replaces_and_adds(tmp_path: Path) -> None:
    _put(tmp_path, "templates/terms.html.j2", "<h1>Ours, {{ branding }}</h1>")
    _put(tmp_path, "templates/hero.html.j2", '<p>Hello</p>{% include "original/hero.html.j2" %}')
    _put(tmp_path, "pages/about/index.html.j2", '{% extends "base.html.j2" %}{% block main %}About us{% endblock %}')
    _put(tmp_path, "assets/zz.css.j2", "h1 { color: {{ colours.light.accent }} }")
    _put(tmp_path, "img/logo.svg", "<svg/>")
    _put(tmp_path, "static/robots.txt", "User-agent: *\n")
    files = build(replace(VALUES, overlay=tmp_path, logo="img/logo.svg"))
    assert b"<h1>Ours, Example Developers</h1>" in files["terms/index.html"]
    assert b"<p>Hello</p>" in files["index.html"]
    assert b"Learn it by doing it" in files["index.html"]
    assert b"About us" in files["about/index.html"]
    assert b'src="/img/logo.svg"' in files["index.html"]
    assert files["robots.txt"] == b"User-agent: *\n"
    sheets = [name for name in HASHED.findall(files["index.html"].decode()) if name.endswith(".css")]
    assert [sheet.split(".")[0] for sheet in sheets] == ["assets/portal", "assets/zz"]
    assert find("/about/", files) == "about/index.html"


def test_a_mistake_in_an_overlay_says_where(tmp_path: Path) -> None:
    _put(tmp_path, "templates/terms.html.j2", "<h1>\n{{ brandign }}</h1>")
    with pytest.raises(BadInput, match=r"terms\.html\.j2:2: 'brandign' is undefined"):
        build(replace(VALUES, overlay=tmp_path))
    _put(tmp_path, "templates/terms.html.j2", "<h1>\n{% if %}</h1>")
    with pytest.raises(BadInput, match=r"terms\.html\.j2:2: "):
        build(replace(VALUES, overlay=tmp_path))


def test_an_overlay_that_goes_over_nothing_is_said(tmp_path: Path) -> None:
    _put(tmp_path, "page/index.html", "x")
    with pytest.raises(BadInput, match="page goes over nothing"):
        build(replace(VALUES, overlay=tmp_path))
    with pytest.raises(BadInput, match="is no folder"):
        build(replace(VALUES, overlay=tmp_path / "gone"))
