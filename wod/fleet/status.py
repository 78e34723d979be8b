"""What is seen of a site beside what it should be: one row a host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from wod import repos
from wod.errors import WodError
from wod.fleet.drift import DRIFTED
from wod.fleet.history import History
from wod.fleet.survey import Seen, days_left
from wod.private import Private
from wod.revision import revision
from wod.settings import Settings
from wod.site import SiteHost
from wod.sources import sources_of

PARTS = ("revision", "settings", "private", "content")
"""What a stamp says that the repository says, too."""


@dataclass(frozen=True)
class Wanted:
    """What a roll-out now would give a host; ``content`` is ``None`` where the repositories could not be asked."""

    revision: str
    settings: str
    private: str
    content: str | None
    trouble: str = ""


@dataclass(frozen=True)
class Row:
    """One host. ``current`` is whether it has what the repository has, by part; ``None``: not known.

    ``held`` is why it is left out of roll-outs; ``drift`` what the last check of that found; ``seats`` a backend's.
    """

    host: str
    role: str
    seen: Seen
    current: Mapping[str, bool | None] = field(default_factory=dict)
    held: str = ""
    drift: str = ""
    seats: int | None = None

    @property
    def well(self) -> bool:
        return not self.seen.error and not self.seen.health

    def as_dict(self) -> dict[str, Any]:
        """For programs; ``certificate_days`` beside the end itself."""
        expires = self.seen.expires
        days = None if expires is None else days_left(expires)
        rest = {"current": dict(self.current), "held": self.held, "drift": self.drift, "seats": self.seats}
        seen = {**asdict(self.seen), "stamp": dict(self.seen.stamp), "trouble": dict(self.seen.trouble)}
        return {"host": self.host, "role": self.role, "well": self.well, **rest, **seen, "certificate_days": days}


def wanted_of(host: SiteHost) -> Wanted:
    """Content is fetched once per process (:mod:`wod.repos`)."""
    content, trouble = _content(host.settings)
    return Wanted(revision(), host.digest(), Private.of(host.settings).digest(), content, trouble)


def _content(settings: Settings) -> tuple[str | None, str]:
    """The commits as the module stamp joins them, or why they are not known."""
    try:
        return " ".join(repos.fetch(source).commit for source in sources_of(settings)), ""
    except WodError as error:
        return None, str(error).replace("\n", "; ")


def row(host: SiteHost, seen: Seen, wanted: Wanted, held: str = "", drift: str = "") -> Row:
    """A host's row. One that was never rolled out has no part that is current."""
    seats = host.settings.USERMAX - host.settings.USERMIN + 1 if host.role == "backends" else None
    return Row(host.name, host.role, seen, current(seen, wanted), held, drift, seats)


def current(seen: Seen, wanted: Wanted) -> dict[str, bool | None]:
    if seen.error or "stamp" in seen.trouble:
        return dict.fromkeys(PARTS)
    should = {part: getattr(wanted, part) for part in PARTS}
    return {part: None if text is None else seen.stamp.get(part) == text for part, text in should.items()}


def drift_of(history: Path, host: str, stamp: Mapping[str, str]) -> str:
    """What the last check for drift found on a host, unless it was rolled out since; "" where there was none."""
    rows = History(history).of_host(host, limit=1) if history.exists() else []
    for began, _, verdict, operations in rows:
        if verdict == DRIFTED and began > stamp.get("changed", ""):
            return f"drifted by {began} in {len(operations)}: {', '.join(operations)}"
    return ""


def remarks(row: Row) -> list[str]:
    """What there is to say of a host, the worst first, a sentence each."""
    seen = row.seen
    found = [seen.error, seen.health]
    found += [f"failed units: {', '.join(seen.failed)}"] if seen.failed else []
    dead = (seen.queue or {}).get("dead", 0)
    found += [f"orders that were given up: {dead}; see wod queue list --host {row.host}"] if dead else []
    found += [f"not found out: {part}: {why}" for part, why in seen.trouble.items() if part != "checks"]
    found += ["it was never rolled out"] if not seen.error and "stamp" not in seen.trouble and not seen.stamp else []
    return [text for text in (*found, row.held, row.drift) if text]


def all_well(rows: Iterable[Row]) -> bool:
    return all(row.well for row in rows)
