"""`wod-api serve` as a site runs it: a process with workers, which it replaces when they die."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from wod.api import config as settings
from wod.api.config import Api

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def serving(config: Api, folder: Path, workers: int) -> Iterator[tuple[str, int]]:
    """Its address and process; the log is ``folder/log``."""
    path, port = folder / "api.json", free_port()
    path.write_text(settings.dump(config))
    words = [sys.executable, "-m", "wod.api.cli", "--config", str(path), "serve", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        words += ["--workers", str(workers)]
        process = subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        answering(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            end(process.pid)


def answering(address: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{address}/healthz", trust_env=False).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError(f"{address} does not answer")


def end(group: int) -> None:
    """Whoever of the session is left."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def workers_of(process: int) -> list[int]:
    """Those that serve: beside them, Python's multiprocessing keeps a helper."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in _words(child)]


def _words(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
