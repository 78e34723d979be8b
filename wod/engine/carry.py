"""Carry out one request: its steps in order, each noted on the disk before the next begins."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from wod.engine import state as done
from wod.engine import trace
from wod.engine.config import Worker as Config
from wod.engine.errors import Impossible, TryLater
from wod.engine.grammar import fault
from wod.engine.journal import Folder, folders, progress
from wod.engine.request import Request
from wod.engine.scheduler import delay
from wod.engine.state import State
from wod.engine.step import Planner, Step
from wod.engine.text import one_line

T = TypeVar("T")


class Failed(Exception):
    """A step that did not succeed; ``final`` if it never will."""

    def __init__(self, step: str, reason: str, after: float | None = None, final: bool = False) -> None:
        super().__init__(one_line(reason))
        self.step, self.after, self.final = step, after, final


@dataclass(frozen=True)
class Carrier:
    """``stop`` says if the worker is to end, ``crowded`` if a request lets others go first; ``log`` takes one line."""

    config: Config
    state: State
    planner: Planner
    stop: Callable[[], bool]
    log: Callable[[str], None]
    crowded: Callable[[Request], bool] = lambda request: False

    def work(self, folder: Folder) -> None:
        """Go on with the request until it is finished, dead, to be tried later, or the worker ends."""
        try:
            if progress(folder.events).dead:
                folder.bury(self.state.dead)
            elif not folder.request.first:
                self._resolve(folder)
            else:
                self._steps(folder)
        except Failed as failure:
            self._fail(folder, failure)

    def _resolve(self, folder: Folder) -> None:
        """Find out the student. The request is then scheduled anew, among those of that student."""
        resolve = getattr(self.planner, "resolve", None)
        if resolve is None:
            raise Failed("resolve", "the student is not known", final=True)
        request: Request = attempt("resolve", lambda: resolve(folder.request))
        reason = fault(request, self.config.first, self.config.last) if request.first else "the customer has no student"
        if reason:
            raise Failed("resolve", reason, final=True)
        folder.note("resolved", first=request.first, last=request.last)

    def _steps(self, folder: Folder) -> None:
        request = folder.request
        self._refuse_late(folder, request)
        earlier = done.carried_out(self.state, request)
        if earlier in (None, folder.id):
            for step in self._plan(folder, request):
                if self.stop():
                    return
                if step.courteous and self.crowded(request):
                    folder.note("yielded", step=step.name)
                    return
                self._step(folder, step)
        else:
            folder.note("finished", step="none", seconds=0.0, tries=0, remark=f"already done, by {earlier}")
        self._finish(folder, request)

    def _refuse_late(self, folder: Folder, request: Request) -> None:
        """A RESET whose student was found out only after the next participant began would take their work away."""
        now = progress(folder.events)
        if not now.late or now.finished:
            return
        later = [other for other in folders(self.state.active) if other.id > folder.id and _began(other)]
        began = {other.id for other in later if set(other.request.students) & set(request.students)}
        began |= {trace.latest(self.state.trace, student) for student in request.students}
        if (newest := max(began)) > folder.id:
            raise Failed(
                "resolve", f"a later order of the same student was carried out meanwhile, {newest}", final=True
            )

    def _plan(self, folder: Folder, request: Request) -> Sequence[Step]:
        """The steps that are left."""
        steps = attempt("plan", lambda: self.planner(request, folder.memory))
        if len({step.name for step in steps}) < len(steps):
            raise Failed("plan", "two steps have the same name; this is a mistake in the engine", final=True)
        finished = progress(folder.events).finished
        return [step for step in steps if step.name not in finished]

    def _step(self, folder: Folder, step: Step) -> None:
        tries, start = progress(folder.events).tries + 1, time.monotonic()
        remark = attempt(step.name, step.run)
        seconds = round(time.monotonic() - start, 3)
        folder.note("finished", step=step.name, seconds=seconds, tries=tries, remark=one_line(remark or ""))

    def _finish(self, folder: Folder, request: Request) -> None:
        done.remember_done(self.state, request)
        trace.write(self.state.trace, request, folder.events)
        folder.remove()
        self.log(f"{folder.id}: {describe(request)}: finished after {time.time() - request.received:.1f} s")

    def _fail(self, folder: Folder, failure: Failed) -> None:
        now, moment = progress(folder.events), time.time()
        waited = 0.0 if now.since is None else moment - now.since
        about = f"{folder.id}: {describe(folder.request)}: {failure.step}: {failure}"
        if not failure.final and waited < self.config.patience * 60:
            pause = delay(now.tries, random.random(), failure.after)  # noqa: S311, no secret
            folder.note("later", step=failure.step, reason=str(failure), due=round(moment + pause, 3))
            self.log(f"{about}; next try in {pause:.1f} s")
            return
        reason = str(failure) if failure.final else f"given up after {self.config.patience} minutes: {failure}"
        folder.note("dead", step=failure.step, reason=reason, tries=now.tries + 1)
        trace.write(self.state.trace, folder.request, folder.events)
        folder.bury(self.state.dead)
        self.log(f"{about}; dead letter")


def _began(folder: Folder) -> bool:
    """Whether a step has been tried, be it that it failed half-way."""
    return any(event.get("step", "resolve") not in ("resolve", "plan") for event in folder.events)


def attempt(step: str, call: Callable[[], T]) -> T:
    """What ``call`` returns; whatever it raises becomes :class:`Failed`."""
    try:
        return call()
    except Impossible as error:
        raise Failed(step, str(error), final=True) from error
    except TryLater as error:
        raise Failed(step, str(error), after=error.after) from error
    except (Exception, SystemExit) as error:
        raise Failed(step, f"{type(error).__name__}: {error}") from error


def describe(request: Request) -> str:
    who = "student unknown" if not request.first else f"student{request.first}"
    who += f" to {request.last}" if request.last != request.first else ""
    return f"{request.verb} {who}, customer {request.customer}, {request.workshop or 'no workshop'}"
