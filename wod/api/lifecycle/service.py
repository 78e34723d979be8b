"""The service ``wod-api lifecycle``: a turn at the start and then every ``timing.tick`` seconds. Several may run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from wod.api import database
from wod.api.clock import Clock, now
from wod.api.config import Api
from wod.api.lifecycle.advance import advance
from wod.api.lifecycle.dispatch import dispatch, say
from wod.api.lifecycle.prune import prune
from wod.engine import notify
from wod.engine.text import one_line


def tick(engine: Engine, config: Api, clock: Clock = now, going: Callable[[], bool] = lambda: True) -> None:
    """Decide, then send. What could not be sent is sent by a later turn, of whichever process. Idle, tidy up."""
    carried, sent = advance(engine, config, clock), dispatch(engine, config, clock, going)
    if not carried and not sent:
        prune(engine, config, clock)


def run(
    config: Api,
    clock: Clock = now,
    sleep: Callable[[float], object] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Until ``stop`` is set, or SIGTERM. A database that is away is waited for: it holds all there is to do.

    A sign of life goes to systemd with every turn and every mail, so ``WatchdogSec`` must be above twice the tick.
    """
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    engine, watchdog = database.engine(config.database), notify.Watchdog()

    def going() -> bool:
        watchdog.feed()
        return not stop.is_set()

    notify.tell("READY=1")
    try:
        while going():
            _turn(engine, config, clock, going)
            (sleep or stop.wait)(config.timing.tick)
    finally:
        notify.tell("STOPPING=1")
        engine.dispose()


def _turn(engine: Engine, config: Api, clock: Clock, going: Callable[[], bool]) -> None:
    try:
        tick(engine, config, clock, going)
    except SQLAlchemyError as error:
        say(one_line(f"lifecycle: the database: {error}; going on", 400))
