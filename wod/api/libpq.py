"""PostgreSQL's own programs, connected as the API is; no password is among their arguments."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any

from sqlalchemy import make_url


def environment(url: str) -> dict[str, str]:
    """An SQLAlchemy URL as libpq's variables, which only the account itself and root can read of a process.

    https://www.postgresql.org/docs/current/libpq-envars.html
    """
    given = make_url(url)
    query = {key: value for key, value in given.query.items() if isinstance(value, str)}
    values = {
        "PGHOST": given.host or query.get("host"),
        "PGPORT": given.port or query.get("port"),
        "PGUSER": given.username,
        "PGPASSWORD": given.password,
        "PGDATABASE": given.database,
        "PGSSLMODE": query.get("sslmode"),
        "PGAPPNAME": "wod-api",
    }
    return {name: str(value) for name, value in values.items() if value}


def run(*words: str, url: str, **handles: Any) -> None:
    """One program to its end. :class:`RuntimeError` with what it said of its first error."""
    around = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", **environment(url)}
    done = subprocess.run(words, stderr=subprocess.PIPE, env=around, check=False, **handles)
    if done.returncode:
        raise RuntimeError(f"{words[0]} failed: {reason(done.stderr.decode(errors='replace'))}")


def reason(said: str) -> str:
    """The first line that tells of an error, without the place in a file that nobody has."""
    lines = said.strip().splitlines() or ["it gave no reason"]
    telling = [line for line in lines if re.search(r"error|fatal", line, re.IGNORECASE)]
    return re.sub(r"^psql:[^ ]*: ", "", (telling or lines)[0])
