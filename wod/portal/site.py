"""The whole site from its sources and :class:`Portal`: ``{path below the web root: content}``, the same each time."""

from __future__ import annotations

import gzip
from pathlib import Path
from traceback import extract_tb
from typing import Any

from jinja2 import Environment, TemplateError, TemplateSyntaxError

from wod.errors import BadInput
from wod.portal.assets import Scripts, hashed
from wod.portal.badges import SPECIAL, picture
from wod.portal.colours import palette
from wod.portal.sources import Sources
from wod.portal.values import Portal, given, logo

TEXTS = {".html", ".css", ".js", ".svg", ".txt", ".json", ".xml", ".webmanifest"}
SMALL = 200
"""Bytes below which compressing gains nothing."""
Files = dict[str, bytes]


def build(values: Portal) -> Files:
    """Every file of the site, texts also as ``.gz``. :class:`BadInput` for an overlay or a colour that cannot be."""
    sources = Sources(values.overlay)
    files = _plain(sources)
    environment = sources.environment()
    try:
        environment.globals.update(_assets(sources, environment, values, files))
        environment.globals.update(_words(values, frozenset(files)))
        files |= _pages(sources, environment) | _badges(environment, values, frozenset(files))
    except TemplateError as error:
        raise BadInput(f"{_place(error)}: {error.message}; the portal's pages cannot be made") from error
    return files | _compressed(files)


def _place(error: TemplateError) -> str:
    """Jinja puts templates into the traceback as if they were Python."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or error.name}:{error.lineno}"
    frames = [each for each in extract_tb(error.__traceback__) if each.filename.endswith(".j2")]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "a template"


def _plain(sources: Sources) -> Files:
    images = {f"img/{name}": path.read_bytes() for name, path in sources.files("img").items()}
    return images | {name: path.read_bytes() for name, path in sources.files("static").items()}


def _assets(sources: Sources, environment: Environment, values: Portal, files: Files) -> dict[str, Any]:
    """Adds the assets to ``files``, and says to pages how they are called: ``{{ style }}``, ``script("my")``."""
    texts = {name: path.read_text() for name, path in sources.files("assets").items()}
    scripts = Scripts({name: text for name, text in texts.items() if name.endswith(".js")})
    sheets = [_style(environment, name, values) for name in sorted(texts) if name.endswith(".css.j2")]
    files.update([*scripts.made.values(), *sheets])
    return {
        "styles": [name for name, _ in sheets],
        "script": lambda name: scripts.made[f"{name}.js"][0],
        "needs": lambda name: scripts.needs(f"{name}.js"),
    }


def _style(environment: Environment, name: str, values: Portal) -> tuple[str, bytes]:
    rendered = environment.get_template(f"assets/{name}").render(colours=palette(values.accent))
    content = "\n".join(line.strip() for line in rendered.splitlines() if line.strip()).encode()
    return hashed(name.removesuffix(".j2"), content), content


def _words(values: Portal, files: frozenset[str]) -> dict[str, Any]:
    links = {name: given(getattr(values, name)) for name in ("home", "feedback", "chat", "x", "contact")}
    names = {"branding": values.branding, "programme": values.programme}
    site = {"url": values.url.rstrip("/"), "logo": logo(values, files), "pictures": " ".join(values.pictures)}
    return {**links, **names, **site, "theme": {key: each["bg"] for key, each in palette(values.accent).items()}}


def _pages(sources: Sources, environment: Environment) -> Files:
    made = {}
    for name in sources.files("pages"):
        target = name.removesuffix(".j2")
        address = f"/{target}".removesuffix("index.html")
        made[target] = environment.get_template(f"pages/{name}").render(address=address).encode()
    return made


def _badges(environment: Environment, values: Portal, files: frozenset[str]) -> Files:
    special, finisher = (environment.get_template(f"{name}-badge.html.j2") for name in ("special", "finisher"))
    made = {}
    for badge in SPECIAL:
        address = f"/workshops/{badge.number}/special-badge"
        made[f"{address[1:]}/index.html"] = special.render(address=address, badge=badge).encode()
    for each in values.workshops:
        address, shown = f"/workshop/{each.id}/finisher-badge", picture(each.badge, values, files)
        made[f"{address[1:]}/index.html"] = finisher.render(address=address, workshop=each, picture=shown).encode()
    return made


def _compressed(files: Files) -> Files:
    texts = {name: data for name, data in files.items() if Path(name).suffix in TEXTS and len(data) > SMALL}
    return {f"{name}.gz": gzip.compress(data, 9, mtime=0) for name, data in texts.items()}
