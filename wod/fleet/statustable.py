"""The rows of a site's status as a table for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.markup import escape
from rich.table import Table

from wod.fleet.status import PARTS, Row, remarks
from wod.fleet.survey import Disk, days_left

COLUMNS = ("host", "role", "state", "given", "drift", "students", "queue", "disk", "cert", "load", "up")
FULL = 0.9
"""A disk that is used more than this is shown in red."""
SOON = 14
"""So is a certificate that ends within so many days."""
UNKNOWN = "?"


def table(rows: Iterable[Row]) -> Table:
    made = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        made.add_column(column, no_wrap=column in ("host", "state"))
    for row in rows:
        made.add_row(*cells(row))
    return made


def notes(rows: Iterable[Row]) -> list[str]:
    """Behind the table: ``be1: the engine is not active``."""
    return [f"{row.host}: {_without(row.host, text)}" for row in rows for text in remarks(row)]


def _without(name: str, text: str) -> str:
    """Some sentences begin with their host's name already."""
    return text.removeprefix(f"{name}: ").removeprefix(f"{name} ")


def cells(row: Row) -> list[str]:
    """One line of the table, with rich's markup; what a host says of itself is escaped."""
    seen = row.seen
    first = [escape(row.host), row.role, state(row)]
    if seen.error:
        return [*first, *[""] * (len(COLUMNS) - len(first))]
    return [
        *first,
        currency(row),
        "[yellow]yes[/]" if row.drift else "",
        students(row),
        orders(row),
        " ".join(map(disk, seen.disks)),
        "" if seen.expires is None else certificate(days_left(seen.expires)),
        UNKNOWN if seen.load is None else f"{seen.load:.1f}/{seen.cpus}",
        UNKNOWN if seen.uptime is None else span(seen.uptime),
    ]


def state(row: Row) -> str:
    """``✓``, ``ill``, ``unreachable`` or ``error``; a held host says so beside it."""
    held = " [yellow]held[/]" if row.held else ""
    if row.seen.error:
        return f"[red]{'error' if row.seen.reached else 'unreachable'}[/]{held}"
    return ("[red]ill[/]" if row.seen.health else "[green]✓[/]") + held


def currency(row: Row) -> str:
    """``✓`` where the host was given what the repository has, else what is behind."""
    if not row.seen.stamp and "stamp" not in row.seen.trouble:
        return "[yellow]nothing[/]"
    behind = [part for part in PARTS if row.current.get(part) is False]
    unknown = [f"{part}{UNKNOWN}" for part in PARTS if row.current.get(part) is None]
    said = ([f"[yellow]behind: {' '.join(behind)}[/]"] if behind else []) + unknown
    return " ".join(said) or "[green]✓[/]"


def students(row: Row) -> str:
    """Those with a server, of all seats."""
    if row.seats is None:
        return ""
    return f"{UNKNOWN if row.seen.active is None else row.seen.active}/{row.seats}"


def orders(row: Row) -> str:
    """Those that wait, whatever for; those that were given up."""
    if row.seats is None:
        return ""
    queue = row.seen.queue
    if queue is None:
        return UNKNOWN
    dead = queue.get("dead", 0)
    return str(unfinished(queue)) + (f" [red]{dead} dead[/]" if dead else "")


def unfinished(queue: Mapping[str, int]) -> int:
    return sum(count for state, count in queue.items() if state != "dead")


def disk(used: Disk) -> str:
    text = f"{escape(used.path)} {used.used:.0%}"
    return f"[red]{text}[/]" if used.used > FULL else text


def certificate(days: int) -> str:
    text = f"{days}d"
    return f"[red]{text}[/]" if days < SOON else text


def span(seconds: float) -> str:
    """``12d``, ``3h`` or ``7m``."""
    for letter, length in (("d", 86400), ("h", 3600)):
        if seconds >= length:
            return f"{int(seconds // length)}{letter}"
    return f"{int(seconds // 60)}m"
