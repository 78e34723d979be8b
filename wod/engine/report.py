"""Tells the API every minute how this backend is (``PUT /api/backend/<name>``), for the operators' page.

In a thread of its own, with connections and a log-in of its own: hand-outs never wait for it, and nothing that goes
wrong here reaches them. An original API knows no such thing; it is asked again every hour, in case it was replaced.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from wod.engine import intake, overview
from wod.engine.api import Api, Refused, trust
from wod.engine.config import Worker as Config
from wod.engine.hub import Hub
from wod.engine.journal import JOURNAL, Folder, folders
from wod.engine.state import State
from wod.engine.text import one_line, utc

PERIOD, RARELY = 60.0, 3600.0
"""Seconds between two reports; until an API that does not know them is asked again."""
NOT_FOUND = 404
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LETTERS = 50
"""The newest dead letters, which are told one by one; all of them are counted."""
WORDS = 255
STAMP = Path("/etc/wod/stamp.json")
"""What the roll-out left: ``revision`` is that of wod."""


def run(config: Config, wait: Callable[[float], bool], log: Callable[[str], None], stamp: Path = STAMP) -> None:
    """Until ``wait(seconds)`` is true. Why nothing can be told is logged once, until the reason changes."""
    with httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trust(config.insecure)) as client:
        api = Api(config.api_url, config.api_user, config.api_password, client)
        hub, before, over = Hub(config.hub_url, config.hub_token, client), "", False
        while not over:
            pause, reason = tell(config, api, hub, stamp)
            if reason and reason != before:
                log(f"report: {reason}")
            before, over = reason, wait(pause)


def tell(config: Config, api: Api, hub: Hub, stamp: Path = STAMP) -> tuple[float, str]:
    """Seconds until the next report, and why this one was not taken."""
    try:
        api.report(config.backend, report_of(config, hub, stamp))
    except Refused as error:
        return (RARELY, "") if error.status == NOT_FOUND else (PERIOD, str(error))
    except Exception as error:  # whatever it is, the next minute is another one
        return PERIOD, f"{type(error).__name__}: {error}"
    return PERIOD, ""


def report_of(config: Config, hub: Hub, stamp: Path = STAMP) -> dict[str, Any]:
    """``revision``, ``waiting``, ``dead``, ``deadLetters``, ``running``: the body of the API's route."""
    state = State(Path(config.state))
    dead = folders(state.dead)
    letters = [letter for folder in reversed(dead[-LETTERS:]) if (letter := _letter(folder))]
    waiting = _fresh(Path(config.queue)) + len(folders(state.active))
    told = {"revision": revision(stamp), "waiting": waiting, "running": _running(hub)}
    return {**told, "dead": len(dead), "deadLetters": letters}


def revision(stamp: Path) -> str | None:
    """``None`` where nobody has stamped the host."""
    try:
        found = json.loads(stamp.read_bytes()).get("revision")
    except (OSError, ValueError, AttributeError):
        return None
    return one_line(found, WORDS) if found else None


def _fresh(queue: Path) -> int:
    """How many have come in and are not taken over yet; without looking into them."""
    if intake.untouched(queue):
        return 0
    with intake.opened(queue) as new:
        return sum(not name.startswith(".") for name in intake.names(new))


def _letter(folder: Folder) -> dict[str, str] | None:
    """``None`` for one that an operator has brought back or removed meanwhile."""
    try:
        since = utc((folder.path / JOURNAL).stat().st_mtime)
    except FileNotFoundError:
        return None
    row = overview.dead(folder)
    return {"text": one_line(row["text"], WORDS), "reason": one_line(row["reason"], WORDS), "since": since}


def _running(hub: Hub) -> int | None:
    try:
        return hub.running()
    except Exception:  # it is away or of another kind; the report goes out without it
        return None
