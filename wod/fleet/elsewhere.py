"""Hosts rolled out by the code of another revision, from a worktree of its own, with its settings and its content.

That code runs in a process of its own (:mod:`wod.fleet.envoy`), and is told what to do as JSON; waves, records and the
lock stay here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wod.errors import BadInput, WodError
from wod.fleet.result import HostResult, result_of
from wod.site import SiteHost

ENVOY = Path(__file__).with_name("envoy.py")
Answers = Iterator[dict[str, Any]]


@dataclass(frozen=True)
class Look:
    """A site as another revision reads it: the folder of its settings; by host, what it is given."""

    revision: str
    root: str
    hosts: Mapping[str, Mapping[str, Any]]
    content: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class Place:
    """Where another revision lies: its ``code``, the folder of its ``settings``, what it finds in its environment."""

    code: Path
    settings: Path
    environment: Mapping[str, str]

    @property
    def python(self) -> str:
        """Its own interpreter, if somebody made one for it; else the one that runs now."""
        own = self.code / ".venv" / "bin" / "python"
        return str(own) if own.exists() else sys.executable

    @contextmanager
    def told(self, log: Path, **order: object) -> Iterator[tuple[subprocess.Popen[str], Answers]]:
        """Its answers to an order; whatever it prints besides goes to ``log``. Nobody outlives this."""
        path = os.pathsep.join([str(self.code), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {**os.environ, **self.environment, "PYTHONPATH": path}
        with open(log, "a", encoding="utf-8", opener=_for_its_owner) as errors:
            process = subprocess.Popen(
                [self.python, "-c", ENVOY.read_text(encoding="utf-8")],
                cwd=self.settings,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C is this process's own business
            )
        try:
            say(process, json.dumps(order))
            yield process, self._answers(process, log)
        finally:
            process.kill()
            process.communicate()

    def _answers(self, process: subprocess.Popen[str], log: Path) -> Answers:
        assert process.stdout is not None
        for line in process.stdout:
            answer = json.loads(line)
            if "refused" in answer:
                raise BadInput(answer["refused"])
            if "strange" in answer:
                raise BadInput(self.strange(answer["strange"]))
            yield answer

    def strange(self, said: str) -> str:
        command = by_hand(self.code, self.environment["WOD_PRIVATE"])
        return f"the revision in {self.code} cannot be run by this one ({said}); roll it out by hand: {command}"

    def look(self, inventory: Path, log: Path) -> Look:
        """The site as this revision reads it; :class:`BadInput` when it cannot."""
        with self.told(log, work="look", inventory=str(inventory.resolve())) as (_, answers):
            answer = _first(answers, log)
        return Look(answer["revision"], answer["root"], answer["hosts"], tuple(map(tuple, answer["content"])))


@dataclass(frozen=True)
class Elsewhere:
    """The :class:`wod.fleet.ways.Way` by another revision. ``before`` is done first with each host; it says why not."""

    place: Place
    seen: Look
    log: Path
    before: Callable[[str], str] = lambda host: ""

    def fingerprint(self, member: SiteHost) -> str:
        commits = " ".join(pin[3] for pin in self.seen.content)
        return f"{self.seen.revision} {self.seen.hosts[member.name]['digest']} {commits}".rstrip()

    def check(self, inventory: Path, hosts: Sequence[str], deep: bool = False) -> Mapping[str, str]:
        order = {"inventory": str(inventory.resolve()), "hosts": list(hosts), "deep": deep}
        with self.place.told(self.log, work="check", **order) as (_, answers):
            wrong: Mapping[str, str] = _first(answers, self.log)["wrong"]
        return wrong

    def run(
        self,
        inventory: Path,
        hosts: Sequence[str],
        *,
        jobs: int,
        seconds: float,
        logs: Path,
        on_done: Callable[[HostResult], None],
        on_start: Callable[[str], None],
        stop: Callable[[], bool],
        on_tick: Callable[[], None],
    ) -> list[HostResult]:
        done: dict[str, HostResult] = {}

        def keep(result: HostResult) -> None:
            done[result.host] = result
            on_done(result)

        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        ready = [host for host in hosts if not self._failed_before(host, keep)]
        order = {"inventory": str(inventory.resolve()), "hosts": ready, "jobs": jobs, "seconds": seconds}
        if ready and not stop():
            with self.place.told(self.log, work="roll out", logs=str(logs), **order) as (process, answers):
                if not _followed(process, answers, keep, on_start, stop, on_tick):
                    for host in (each for each in ready if each not in done):
                        keep(self._failed(host, f"the process of the other revision ended; see {self.log}"))
        return [done[host] for host in hosts if host in done]

    def _failed_before(self, host: str, keep: Callable[[HostResult], None]) -> bool:
        why = self.before(host)
        if why:
            keep(self._failed(host, why))
        return bool(why)

    def _failed(self, host: str, why: str) -> HostResult:
        return HostResult(host, self.seen.hosts[host]["role"], "failed", error=why)


def _followed(
    process: subprocess.Popen[str],
    answers: Answers,
    keep: Callable[[HostResult], None],
    on_start: Callable[[str], None],
    stop: Callable[[], bool],
    on_tick: Callable[[], None],
) -> bool:
    """Whether it came to its end."""
    for answer in answers:
        if "began" in answer:
            on_start(answer["began"])
        elif "done" in answer:
            keep(result_of(answer["done"]))
            say(process, "stop" if stop() else "on")
        elif "over" in answer:
            return True
        else:
            on_tick()
    return False


def by_hand(code: Path, private: str) -> str:
    """How a person rolls out a revision that lies elsewhere, its code and not the one that is installed."""
    return f"cd {code} && PYTHONPATH={code} WOD_PRIVATE={private} pyinfra INVENTORY deploys/site.py"


def say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass  # it has ended; that shows in its answers


def _first(answers: Answers, log: Path) -> dict[str, Any]:
    for answer in answers:
        return answer
    raise WodError(f"the process of the other revision ended without an answer; see {log}")


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
