"""What a roll-out gives its hosts: the revisions of wod, of the settings, of the content. Kept, to go back to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from wod import repos
from wod.checkouts import Checkout, checkout_of
from wod.errors import BadInput, WodError
from wod.fleet.record import Record
from wod.fleet.state import read_json, write_json
from wod.revision import ROOT
from wod.settings import private_dir
from wod.site import Site, SiteHost
from wod.sources import SAMPLES, sources_of

FILE = "given.json"


@dataclass(frozen=True, order=True)
class Pin:
    """A content repository, named as the settings do, and the commit that its branch was at."""

    name: str
    url: str
    branch: str
    commit: str


@dataclass(frozen=True)
class Given:
    """``code`` is this repository, ``settings`` the folder with group_vars/ (mostly the same).

    ``to`` is what a person called it who went back to it; empty for a roll-out of what is checked out.
    """

    code: Checkout
    settings: Checkout
    private: Checkout
    content: tuple[Pin, ...] = ()
    to: str = ""

    @property
    def parts(self) -> dict[str, Checkout]:
        """By what they are called; the settings only where they have a folder of their own."""
        parts = {"wod": self.code, "settings": self.settings, "private settings": self.private}
        return {name: part for name, part in parts.items() if name != "settings" or part.path != self.code.path}


def of_now(site: Site) -> Given:
    """What is checked out now, without the content."""
    return Given(checkout_of(ROOT), checkout_of(site.root), checkout_of(private_dir(site.root)))


def complete(site: Site, hosts: Iterable[str]) -> Given:
    """What these hosts are given now."""
    return replace(of_now(site), content=content_of([site.host(name) for name in hosts]))


def content_of(members: Iterable[SiteHost]) -> tuple[Pin, ...]:
    """The commits that hosts would get; what cannot be fetched is left out, each host says so in its turn."""
    return tuple(sorted(set(_pins(members))))


def _pins(members: Iterable[SiteHost]) -> Iterator[Pin]:
    for member in members:
        with suppress(Exception):  # whatever it is, each host says so in its own turn
            for source in (each for each in sources_of(member.settings) if each.name != SAMPLES):
                with suppress(WodError):
                    yield Pin(source.name, source.url, source.branch, repos.fetch(source).commit)


def write(record: Record, given: Given) -> None:
    """Beside the roll-out's results; its content stays in the cache, whatever becomes of the branches."""
    write_json(record.path / FILE, asdict(given))
    for pin in given.content:
        with suppress(WodError):
            repos.keep(pin.url, pin.commit)


def read(record: Record) -> Given | None:
    """``None`` for a roll-out of a release that did not write it down; :class:`BadInput` when it is damaged."""
    path = record.path / FILE
    fields = read_json(path)
    if fields is None:
        return None
    try:
        return _given(fields)
    except (TypeError, KeyError):
        raise BadInput(f"{path} is damaged; name another roll-out, or a revision") from None


def _given(fields: dict[str, Any]) -> Given:
    parts = {name: Checkout(**fields[name]) for name in ("code", "settings", "private")}
    return Given(**parts, content=tuple(Pin(**pin) for pin in fields["content"]), to=fields["to"])
