"""The worker: takes requests out of the queue and has them carried out, a thread for each, at most ``jobs`` at a time.

One loop decides; threads only work on the folder they were given, whose lock they hold. All that matters is on the
disk: a worker that is killed and started again goes on where the journals end.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from wod.engine import durable, intake, notify
from wod.engine.carry import Carrier
from wod.engine.config import Worker as Config
from wod.engine.journal import Folder, folders, progress, tidy
from wod.engine.request import Request
from wod.engine.scheduler import Entry, crowded, startable
from wod.engine.state import State, forget_done
from wod.engine.step import Planner
from wod.engine.text import one_line

POLL = 0.1
"""Seconds between two looks at the queue."""
LEISURE = 5.0
"""Seconds until the planner is asked again whether it has something to do."""
GRACE = 45.0
"""Seconds that steps get to finish after SIGTERM; below the 60 after which systemd kills (TimeoutStopSec)."""
FAULT = 10.0
"""Seconds until a request is looked at again whose own folder could not be written."""
TIDY = 3600.0
"""Seconds between two looks for what is out of date."""


def to_stderr(line: str) -> None:
    print(one_line(line, 400), file=sys.stderr, flush=True)


class AlreadyRunning(Exception):
    """Another worker has the state."""


class Worker:
    """``planner`` turns requests into steps (:class:`wod.engine.step.Planner`).

    If it has a method ``resolve(request) -> Request``, that finds the student of a request whose ``first`` is 0; if it
    has ``leisure() -> bool``, that is called while there is no request, again and again while it says true; if it has
    ``report(wait, log)``, that runs as long as the worker, in a thread that nothing waits for: ``wait(seconds)`` says
    whether the worker is to stop.
    """

    def __init__(self, config: Config, planner: Planner, log: Callable[[str], None] = to_stderr) -> None:
        self.config, self.log = config, log
        self.state = State(Path(config.state))
        self.carrier = Carrier(config, self.state, planner, self.stopping, log, self.crowded)
        self.entries: dict[str, Entry] = {}
        self.running: dict[str, threading.Thread] = {}
        self.ended: SimpleQueue[tuple[str, float]] = SimpleQueue()
        self._stop, self._wake = threading.Event(), threading.Event()
        self._tidied = 0.0

    def stop(self) -> None:
        """End :meth:`run` after the steps that are under way; safe in a signal handler."""
        self._stop.set()
        self._wake.set()

    def stopping(self) -> bool:
        return self._stop.is_set()

    def crowded(self, request: Request) -> bool:
        """Whether it is to let others go first; asked by the threads."""
        return crowded(request, list(self.entries.values()), list(self.running), time.time())

    def run(self, grace: float = GRACE) -> None:
        """Until :meth:`stop`; :class:`AlreadyRunning` if another worker does."""
        try:
            with durable.locked(self.state.worker, wait=False):
                tidy(self.state.active)
                self._loop()
                self._drain(grace)
        except BlockingIOError:
            raise AlreadyRunning(f"another worker holds {self.state.worker}") from None

    def _loop(self) -> None:
        watchdog = notify.Watchdog()
        notify.tell("READY=1")
        if work := getattr(self.carrier.planner, "leisure", None):
            threading.Thread(target=self._leisure, args=(work,), name="leisure", daemon=True).start()
        if report := getattr(self.carrier.planner, "report", None):
            threading.Thread(target=report, args=(self._stop.wait, self.log), name="report", daemon=True).start()
        while not self.stopping():
            self._wake.clear()
            try:
                self._turn()
            except OSError as error:  # a full disk, for one: it may pass, and what is queued is safe
                self.log(f"worker: {error}; going on")
                self._stop.wait(1.0)
            watchdog.feed()
            self._wake.wait(POLL)

    def _turn(self) -> None:
        self._reap()
        self._take_in()
        self._look()
        slots, unhurried = self.config.jobs - len(self.running), max(1, self.config.jobs // 2)
        for identity in startable(self.entries.values(), self.running, time.time(), slots, unhurried):
            thread = threading.Thread(target=self._work, args=(identity,), name=identity, daemon=True)
            self.running[identity] = thread
            thread.start()
        if time.monotonic() - self._tidied > TIDY or not self._tidied:
            self._tidied = time.monotonic()
            forget_done(self.state)

    def _leisure(self, work: Callable[[], bool]) -> None:
        """In a thread of its own."""
        while not self.stopping():
            try:
                again = not self.entries and work()
            except Exception as error:  # it can wait
                again = False
                self.log(f"worker: {type(error).__name__}: {error}")
            self._stop.wait(0.0 if again else LEISURE)

    def _take_in(self) -> None:
        """Move requests from the receiver's queue to ``active/``, which is ours alone."""
        if intake.untouched(Path(self.config.queue)):
            return
        with intake.opened(Path(self.config.queue)) as new:
            if not (names := [name for name in intake.names(new) if not name.startswith(".")]):
                return
            with durable.locked(self.state.intake):
                for name in names[: intake.BATCH]:
                    self._take(new, name)

    def _take(self, new: int, name: str) -> None:
        try:
            Folder.create(self.state.active, intake.read(new, name, self.config.first, self.config.last))
        except FileNotFoundError:
            return  # an operator dropped it
        except ValueError as error:
            self.log(f"worker: a file in the queue is no order and was removed, {name}: {error}")
        intake.remove(new, name)

    def _look(self) -> None:
        """Learn which requests there are: new ones, those that an operator brought back or dropped."""
        found = {folder.id: folder for folder in folders(self.state.active)}
        for identity in self.entries.keys() - found.keys() - self.running.keys():
            del self.entries[identity]
        for identity in found.keys() - self.entries.keys():
            self._learn(found[identity])

    def _learn(self, folder: Folder) -> None:
        try:
            now = progress(folder.events)
            self.entries[folder.id] = Entry(folder.request, now.due, now.tries, now.yielded)
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError) as error:
            self.entries.pop(folder.id, None)
            if folder.path.exists():
                self.log(f"worker: {folder.id} is damaged and goes to the dead letters: {error}")
                folder.move(self.state.dead)

    def _work(self, identity: str) -> None:
        """In a thread of its own."""
        folder, fault = Folder(self.state.active / identity), 0.0
        try:
            with durable.locked(folder.path):
                if folder.path.exists():
                    self.carrier.work(folder)
        except FileNotFoundError:
            pass  # dropped before it began
        except Exception as error:  # not even the journal could be written: the disk is full, or this is our mistake
            fault = FAULT
            self.log(f"worker: {identity}: {type(error).__name__}: {error}; next try in {fault:.0f} s")
        self.ended.put((identity, time.time() + fault))
        self._wake.set()

    def _reap(self) -> None:
        while not self.ended.empty():
            identity, earliest = self.ended.get()
            self.running.pop(identity).join()
            self._learn(Folder(self.state.active / identity))
            if entry := self.entries.get(identity):
                entry.due = max(entry.due, earliest)

    def _drain(self, grace: float) -> None:
        """Wait for the steps under way. Threads that take longer end with the process, as if it had been killed."""
        notify.tell("STOPPING=1")
        end = time.monotonic() + grace
        for thread in self.running.values():
            thread.join(max(0.0, end - time.monotonic()))
