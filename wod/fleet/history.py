"""What earlier checks found, in SQLite: since when a host differs, and how many did on each night."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from wod.errors import WodError

JUDGED = ("as rolled out", "drifted", "behind")
"""Verdicts of hosts that answered. The others tell nothing of what is on the host."""
_TABLES = """
CREATE TABLE IF NOT EXISTS checks (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, began TEXT NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS hosts (
    check_id INTEGER NOT NULL REFERENCES checks (id) ON DELETE CASCADE, name TEXT NOT NULL, role TEXT NOT NULL,
    verdict TEXT NOT NULL, wanted TEXT NOT NULL, seconds REAL NOT NULL, error TEXT NOT NULL,
    differences INTEGER NOT NULL,
    PRIMARY KEY (check_id, name)
);
CREATE TABLE IF NOT EXISTS differences (
    check_id INTEGER NOT NULL REFERENCES checks (id) ON DELETE CASCADE, host TEXT NOT NULL, operation TEXT NOT NULL,
    PRIMARY KEY (check_id, host, operation)
);
"""
_SINCE = """
SELECT min(c.began) FROM checks c JOIN differences d ON d.check_id = c.id
WHERE d.host = :host AND d.operation = :operation AND c.id > coalesce((
    SELECT max(h.check_id) FROM hosts h WHERE h.name = :host AND h.verdict IN ('as rolled out', 'drifted', 'behind')
    AND NOT EXISTS (
        SELECT 1 FROM differences o WHERE o.check_id = h.check_id AND o.host = :host AND o.operation = :operation)
), 0)
"""


@dataclass(frozen=True)
class HostRow:
    """One host in one check; ``wanted`` names the revision and settings it was compared with."""

    name: str
    role: str
    verdict: str
    wanted: str
    seconds: float
    error: str
    operations: tuple[str, ...]


@dataclass(frozen=True)
class Night:
    """One check: ``kind`` is check or fix; hosts by verdict, differences in all."""

    began: str
    kind: str
    seconds: float
    hosts: int
    drifted: int
    lost: int
    differences: int


class History:
    """The file of one platform."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=30)) as database, database:
                database.execute("PRAGMA foreign_keys = ON")
                database.executescript(_TABLES)
                yield database
        except sqlite3.Error as error:
            raise WodError(f"{self.path}: {error}; move it away to begin anew") from None

    def record(self, kind: str, began: str, seconds: float, hosts: Iterable[HostRow]) -> None:
        """Keep a check; ``began`` is ISO 8601 in UTC, so that texts sort as times."""
        with self._database() as database:
            values = (kind, began, seconds)
            check = database.execute("INSERT INTO checks (kind, began, seconds) VALUES (?, ?, ?)", values).lastrowid
            for host in hosts:
                fields = (host.name, host.role, host.verdict, host.wanted, host.seconds, host.error)
                row = (check, *fields, len(host.operations))
                database.execute("INSERT INTO hosts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
                rows = [(check, host.name, operation) for operation in dict.fromkeys(host.operations)]
                database.executemany("INSERT INTO differences VALUES (?, ?, ?)", rows)

    def since(self, host: str, operation: str) -> str:
        """When this difference was first found in the unbroken row of checks up to the last one; empty if it is new."""
        with self._database() as database:
            return database.execute(_SINCE, {"host": host, "operation": operation}).fetchone()[0] or ""

    def last(self, host: str) -> tuple[str, str]:
        """``(verdict, wanted)`` of the last check in which the host answered; empty texts before the first."""
        marks = ", ".join("?" * len(JUDGED))
        query = f"SELECT verdict, wanted FROM hosts WHERE name = ? AND verdict IN ({marks}) ORDER BY check_id DESC"  # noqa: S608
        with self._database() as database:
            return database.execute(query, (host, *JUDGED)).fetchone() or ("", "")

    def nights(self, limit: int = 30) -> list[Night]:
        """The last checks, the oldest first."""
        query = """
        SELECT c.began, c.kind, c.seconds, count(h.name), coalesce(sum(h.verdict = 'drifted'), 0),
            coalesce(sum(h.verdict NOT IN ('as rolled out', 'drifted', 'behind')), 0), coalesce(sum(h.differences), 0)
        FROM checks c LEFT JOIN hosts h ON h.check_id = c.id GROUP BY c.id ORDER BY c.id DESC LIMIT ?
        """
        with self._database() as database:
            return [Night(*row) for row in database.execute(query, (limit,))][::-1]

    def of_host(self, host: str, limit: int = 30) -> list[tuple[str, str, str, tuple[str, ...]]]:
        """``(began, kind, verdict, operations)`` of one host's last checks, the oldest first."""
        query = """
        SELECT c.id, c.began, c.kind, h.verdict FROM checks c JOIN hosts h ON h.check_id = c.id
        WHERE h.name = ? ORDER BY c.id DESC LIMIT ?
        """
        names = "SELECT operation FROM differences WHERE check_id = ? AND host = ? ORDER BY rowid"
        with self._database() as database:
            rows = database.execute(query, (host, limit)).fetchall()[::-1]
            found = [tuple(each for (each,) in database.execute(names, (row[0], host))) for row in rows]
        return [(*row[1:], operations) for row, operations in zip(rows, found, strict=True)]
