"""``wod rollout --to``: what going back means, said before, and carried out by the revision of then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rich.console import Console

from wod import apidown
from wod.checkouts import Checkout
from wod.connection import opened
from wod.errors import BadInput
from wod.fleet import given, past, undone
from wod.fleet.apart import ask_each
from wod.fleet.back import way_back
from wod.fleet.elsewhere import Elsewhere
from wod.fleet.given import Given, Pin
from wod.fleet.record import Record
from wod.fleet.state import Folder
from wod.revision import ROOT
from wod.site import Site

DATABASE_SECONDS = 1800.0
"""A backup of a large database takes its time."""


@dataclass(frozen=True)
class Back:
    """What is gone back to, how, and what that cannot undo; ``now`` is what is checked out."""

    target: Given
    now: Given
    way: Elsewhere
    not_undone: Sequence[str]

    @property
    def gives(self) -> Given:
        """What is written down of it: the content as it was found, so that going on finds the same."""
        return replace(self.target, content=tuple(Pin(*pin) for pin in self.way.seen.content))

    def tell(self, console: Console) -> None:
        _print(console, f"back to {self.target.to}: {self.way.seen.revision}")
        for name, part in self.target.parts.items():
            _print(console, f"  {name}: {_journey(part, self.now.parts[name])}")
        for pin in self.gives.content:
            as_now = "" if pin in self.target.content else " (as the branch is now: it was not rolled out then)"
            _print(console, f"  content: {pin.url}, {pin.branch} at {pin.commit[:12]}{as_now}")
        _print(console, "  hosts, and what the inventory says of each, are today's")
        if self.way.seen.root != str(self.way.place.settings):
            _print(console, f"  settings: the inventory names {self.way.seen.root} itself, which is used as it is")
        _print(console, "not undone:")
        for line in self.not_undone:
            _print(console, f"  - {line}")

    def tell_after(self, console: Console) -> None:
        parts = [(part, self.now.parts[name].commit) for name, part in self.target.parts.items()]
        moved = {part.path: part.commit for part, commit in parts if part.commit and part.commit != commit}
        if moved:
            stay = "; ".join(f"git -C {path} checkout {commit[:12]}" for path, commit in moved.items())
            _print(console, f"the next roll-out from here goes forward again; to stay there: {stay}")


def prepared(
    folder: Folder, site: Site, inventory: Path, hosts: Sequence[str], to: str, before: Record | None
) -> Back | None:
    """``None`` for a roll-out of what is checked out. One that was begun as a way back is resumed as one."""
    if to and before:
        raise BadInput("--resume goes on to where the last roll-out went; leave --to or --resume out")
    target = given.read(before) if before else past.target(folder, site, to) if to else None
    if target is None or not target.to:
        return None
    now = given.of_now(site)
    log = folder.path / "revision.log"
    log.unlink(missing_ok=True)
    way = way_back(target, site, inventory, log)
    ready = replace(way, before=partial(_take_database_back, site, _newest_known(way.place.code)))
    return Back(target, now, ready, _not_undone(target, ready, site, hosts, past.content(folder)))


def _not_undone(target: Given, way: Elsewhere, site: Site, hosts: Sequence[str], content: frozenset[Pin]) -> list[str]:
    """``content`` is what the last roll-out gave."""
    settings = {host: site.host(host).settings.as_data() for host in hosts}
    former = {host: way.seen.hosts[host]["settings"] for host in hosts}
    moved = not {Pin(*pin) for pin in way.seen.content} <= content
    has_database = any(site.host(host).role == "api_db" for host in hosts)
    return undone.sentences(target, ROOT, way.place.code, settings, former, content_moves=moved, database=has_database)


def _newest_known(code: Path) -> str:
    """The newest migration that a revision knows, if there are newer ones now."""
    known = undone.migrations(code)
    return known[-1].revision if known and undone.taken_back(ROOT, code) else ""


def _take_database_back(site: Site, revision: str, name: str) -> str:
    """Before an api-db host gets an older release, which would refuse to start on the newer tables."""
    member = site.host(name)
    if not revision or member.role != "api_db" or member.settings.WODAPIREPO:
        return ""
    keep = member.settings.WODBACKUPKEEP
    (answer,) = ask_each([name], partial(_taken_back, site, revision, keep), seconds=DATABASE_SECONDS)
    return answer.error or answer.text


def _taken_back(site: Site, revision: str, keep: int, name: str) -> str:
    """In a child."""
    with opened(site, name) as (_, host):
        return apidown.take_back(host, revision, keep)


def _journey(part: Checkout, now: Checkout) -> str:
    if not part.commit:
        return f"{part.path} is used as it is" + ("" if now.commit else ": it is not in git, so it has no past")
    changed = ", with changes that are not committed, which stay here" if now.changed else ""
    return f"{part.commit[:12]} (here: {now.commit[:12]}{changed})"


def _print(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
