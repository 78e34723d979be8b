"""What the pages are made from: names, addresses and one colour, all of them from settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

MARKDOWN = re.compile(r"!\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)[^)]*\)")
NONE = ("", "TBD", "None")
"""What operators' files say for "there is none"."""


@dataclass(frozen=True)
class Listed:
    """A workshop whose finisher badge has a page of its own: ``id`` as mails name it, ``badge`` as in its wod.yml."""

    id: int
    name: str
    description: str = ""
    badge: str = ""


@dataclass(frozen=True)
class Portal:
    """``url`` is the portal's external address, without a slash at its end.

    ``branding`` is BRANDING, ``programme`` BRANDINGWOD, ``home`` BRANDINGURL, ``logo`` BRANDINGLOGOURL (Markdown or an
    address), ``contact`` WODSENDER, ``feedback`` WODFEEDBACKURL, ``chat`` BRANDINGSLACK, ``x`` BRANDINGX. ``accent`` is
    a colour, ``#rrggbb``. ``pictures`` are origins (``https://cdn.example.org``) from which workshops' pictures may
    come; by default none, so that no browser asks a stranger. ``overlay`` is a folder whose files go over ours.
    """

    url: str
    branding: str
    programme: str
    contact: str
    home: str = ""
    logo: str = ""
    feedback: str = ""
    chat: str = ""
    x: str = ""
    accent: str = "#0f766e"
    workshops: tuple[Listed, ...] = ()
    pictures: tuple[str, ...] = ()
    overlay: Path | None = None


def given(value: str) -> str:
    """``value``, or nothing where it says that there is none."""
    return "" if value.strip() in NONE else value.strip()


def logo(values: Portal, files: frozenset[str]) -> str:
    """The address of the logo's picture, or nothing: one that is not among ``files`` is never asked for."""
    found = MARKDOWN.search(values.logo)
    target = found["target"] if found else given(values.logo)
    if "://" in target:
        return target if allowed(target, values) else ""
    return f"/{target.lstrip('/')}" if target.lstrip("/") in files else ""


def allowed(address: str, values: Portal) -> bool:
    """Whether a browser may ask that address for a picture."""
    return origin(address) in {origin(each) for each in (values.url, *values.pictures)}


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
