"""How a roll-out goes, while it goes: lines, and at a terminal a last line that says who is at work.

No thread draws it: the roll-out forks, and threads do not survive that.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.text import Text

from wod.fleet import wording
from wod.fleet.result import HostResult

COLOURS = {"unchanged": "cyan", "changed": "green", "held": "yellow", "skipped": "yellow"}
"""Outcome → colour; the others are red."""


def line_of(result: HostResult) -> str:
    """``be1  changed    12.3 s  3 operations`` or the error."""
    made = wording.count(len(result.changes), "operation") if result.changes else ""
    took = f"{result.seconds:7.1f} s" if result.seconds else " " * 9
    return f"{result.host:20} {result.outcome:11} {took}  {result.error or made}".rstrip()


class Lines:
    """A line for each thing that happens."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def wave(self, number: int, total: int, hosts: Sequence[str]) -> None:
        self.said(f"wave {number} of {total}: {', '.join(hosts)}")

    def began(self, host: str) -> None:
        self.said(f"{host:20} begins")

    def ended(self, result: HostResult) -> None:
        colour = COLOURS.get(result.outcome, "red")
        self.console.print(f"[{colour}]{escape(line_of(result))}[/]", soft_wrap=True, highlight=False)

    def looks(self, hosts: Sequence[str]) -> None:
        self.said(f"looking whether all is well: {', '.join(hosts)}")

    def tick(self) -> None:
        """Lines say what happens, not that time passes."""

    def said(self, text: str) -> None:
        self.console.print(escape(text), soft_wrap=True, highlight=False)


class Screen(Lines):
    """At a terminal: a line for each host that is done, below them those at work, and how many are left."""

    def __init__(self, console: Console, live: Live, total: int) -> None:
        super().__init__(console)
        self.live, self.left = live, total
        self.working: dict[str, float] = {}

    def began(self, host: str) -> None:
        self.working[host] = time.monotonic()
        self.tick()

    def ended(self, result: HostResult) -> None:
        if self.working.pop(result.host, None) is not None:
            self.left -= 1
        super().ended(result)
        self.tick()

    def tick(self) -> None:
        now = time.monotonic()
        at_work = ", ".join(f"{host} {now - since:.0f} s" for host, since in self.working.items())
        text = f"{self.left} left; at work: {at_work or 'nobody'}"
        self.live.update(Text(text, overflow="ellipsis", no_wrap=True), refresh=True)
