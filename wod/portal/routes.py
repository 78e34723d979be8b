"""Which file answers an address. nginx is configured from this table, and the tests' server reads it."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """``pattern`` is a regular expression (for Python and nginx alike) of a path; ``files`` are tried in order, ``$1``
    being its first group; the last one exists always."""

    pattern: str
    files: tuple[str, ...]


ROUTES = (
    Route(r"^/category/[^/]+/?$", ("/index.html",)),
    Route(r"^/workshop/[0-9]+/?$", ("/workshop/index.html",)),
    Route(r"^/workshops/[0-9]+/?$", ("/workshop/index.html",)),
    Route(
        r"^/workshop/([0-9]+)/finisher-badge/?$",
        ("/workshop/$1/finisher-badge/index.html", "/finisher-badge/index.html"),
    ),
    Route(r"^/workshops/([0-4])/special-badge/?$", ("/workshops/$1/special-badge/index.html",)),
    Route(r"^/(my|operator|terms|finisher-badge)/?$", ("/$1/index.html",)),
    Route(r"^/img/badges/(.+)$", ("/img/badges/$1", "/img/badges/finisher.svg")),
)
"""A workshop's badge that is not there is the general one, since mails show it, too."""


def find(path: str, files: Container[str]) -> str | None:
    """The key of :func:`wod.portal.build`'s answer that is served for ``path``; None where that is the 404 page."""
    for route in ROUTES:
        match = re.match(route.pattern, path)
        if match:
            names = (name.replace("$1", match[1]) if match.re.groups else name for name in route.files)
            return next((name[1:] for name in names if name[1:] in files), None)
    name = path.strip("/")
    return next((each for each in (name, f"{name}/index.html".lstrip("/")) if each in files), None)
