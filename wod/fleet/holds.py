"""Hosts that people keep out of roll-outs and repairs, with the reason, and until when."""

from __future__ import annotations

import getpass
from dataclasses import asdict, dataclass
from datetime import date

from wod.errors import BadInput
from wod.fleet.state import Folder, read_json, write_json


@dataclass(frozen=True, order=True)
class Hold:
    """A host is left alone up to and including the day ``until`` (ISO 8601)."""

    host: str
    reason: str
    until: str
    owner: str
    since: str

    def __str__(self) -> str:
        return f"held until {self.until} by {self.owner}: {self.reason}"

    def counts(self, today: date) -> bool:
        return date.fromisoformat(self.until) >= today


def every_hold(folder: Folder) -> list[Hold]:
    """All holds by host, those that are over included; :class:`BadInput` when their file is damaged."""
    try:
        return sorted(Hold(**fields) for fields in read_json(folder.holds) or [])
    except TypeError:
        raise BadInput(f"{folder.holds} is damaged, and is left as it is; move it away") from None


def holds(folder: Folder, today: date | None = None) -> dict[str, Hold]:
    """The holds that count today, by host."""
    day = today or date.today()
    return {hold.host: hold for hold in every_hold(folder) if hold.counts(day)}


def hold(folder: Folder, host: str, reason: str, until: date, today: date | None = None) -> Hold:
    """Hold a host, in the place of an earlier hold; :class:`BadInput` without a reason or for a day that is over."""
    day = today or date.today()
    if not reason.strip():
        raise BadInput("a hold needs a reason: the next person wants to know why the host is left out")
    if until < day:
        raise BadInput(f"--until {until} is over already; today is {day}")
    made = Hold(host, " ".join(reason.split()), until.isoformat(), getpass.getuser(), day.isoformat())
    _write(folder, [*(each for each in every_hold(folder) if each.host != host and each.counts(day)), made])
    return made


def unhold(folder: Folder, host: str) -> bool:
    """Let go of a host; whether it was held."""
    before = every_hold(folder)
    after = [each for each in before if each.host != host]
    if after != before:
        _write(folder, after)
    return after != before


def _write(folder: Folder, kept: list[Hold]) -> None:
    write_json(folder.holds, [asdict(each) for each in sorted(kept)])
