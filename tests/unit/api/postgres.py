"""A throw-away PostgreSQL cluster on a unix socket, and a fresh database for each test that asks for one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ACCOUNT = "postgres"
"""The server refuses to run as root."""


def binaries() -> Path:
    """The folder with ``initdb`` of the newest PostgreSQL that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        pytest.fail("PostgreSQL is not installed; scripts/prepare does that")
    return found[-1].parent


def _as_server(*words: str) -> None:
    user = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """The folder of the socket; durability is off, since nothing here outlives the tests."""
    with started("-c fsync=off") as top:
        yield top


@contextmanager
def started(more: str = "") -> Iterator[Path]:
    """A cluster with ``more`` options of the server's; the folder of its socket."""
    tools, top = binaries(), Path(tempfile.mkdtemp(prefix="wod-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(top, ACCOUNT, ACCOUNT)
    options = f"-c listen_addresses= -c unix_socket_directories={top} -c max_connections=200 {more}"
    data = str(top / "data")
    try:
        _as_server(str(tools / "initdb"), "-D", data, "-A", "trust", "-U", "wod", "-E", "UTF8", "--no-sync")
        _as_server(str(tools / "pg_ctl"), "-D", data, "-o", options, "-l", str(top / "log"), "-w", "start")
        yield top
    finally:
        if (top / "data" / "postmaster.pid").exists():
            _as_server(str(tools / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(top, ignore_errors=True)


@pytest.fixture
def database_url(cluster: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """An SQLAlchemy URL of an empty database."""
    with created(cluster, f"test_{os.getpid()}_{abs(hash(request.node.nodeid))}") as url:
        yield url


@contextmanager
def created(cluster: Path, name: str) -> Iterator[str]:
    """An empty database's URL."""
    tools = binaries()
    _as_server(str(tools / "createdb"), "-h", str(cluster), "-U", "wod", name)
    yield f"postgresql+psycopg://wod@/{name}?host={cluster}"
    _as_server(str(tools / "dropdb"), "-h", str(cluster), "-U", "wod", "--force", name)
