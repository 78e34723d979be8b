"""Hook scripts run as the admin account, outside the engine's sandbox, with a time limit and masked output."""

from __future__ import annotations

import logging
import os
import pwd
import re
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wod.engine.errors import Impossible
from wod.engine.hookfile import runnable

log = logging.getLogger("wod.engine.hooks")
PLATFORM = Path("/etc/wod.sh")
"""The original's settings for shell scripts; existing hooks rely on it."""
SHELL = 'if [ -r "$2" ]; then . "$2"; fi; exec bash "$1"'
RUNTIME = Path("/run/wod-engine")
"""In memory: where a unit's secrets are until it has started, for root only, and what templates were rendered to."""
SETTLE = 30
"""Seconds that systemd has beyond a hook's own time to end it."""


@dataclass(frozen=True)
class Job:
    """One script for one order. ``name`` is unique among all that may run at the same time; ``secrets`` are masked.

    ``text`` is what is run when ``script`` is a template, ``None`` when it is run as it is.
    """

    name: str
    script: Path
    user: str
    environment: Mapping[str, str]
    secrets: Sequence[str]
    timeout: int
    text: bytes | None = None

    @property
    def unit(self) -> str:
        return "wod-hook-" + re.sub(r"[^A-Za-z0-9_.-]", "_", self.name)


@dataclass(frozen=True)
class Outcome:
    """``code`` is 0 for success; ``last`` the last line that was printed, masked."""

    code: int
    last: str


class Runner(Protocol):
    def run(self, job: Job) -> Outcome: ...


def masked(text: str, secrets: Sequence[str]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def admin(user: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(user)
    except KeyError as error:
        raise Impossible(
            f"the admin account {user} does not exist, so no hook can run; roll the backend out"
        ) from error


def follow(process: subprocess.Popen[str], job: Job, limit: float) -> Outcome:
    """Log each line as it comes; a process that outlives ``limit`` seconds is killed, with all of its group."""
    lines: deque[str] = deque(maxlen=1)
    clock = threading.Timer(limit, _kill_group, [process])
    clock.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            text = masked(line.rstrip(), job.secrets)
            log.info("%s: %s", job.name, text)
            if text and not text.startswith("+"):  # a trace of `set -x` says little about what went wrong
                lines.append(text)
        code = process.wait()
    finally:
        expired = not clock.is_alive()
        clock.cancel()
    last = f"it took longer than {job.timeout} s" if expired else lines[-1][:300] if lines else ""
    return Outcome(code or (124 if expired else 0), last)


def _kill_group(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        pass


def _quoted(value: str) -> str:
    """As systemd reads an EnvironmentFile: in double quotes, with backslashes (systemd.exec(5))."""
    return '"' + re.sub(r'(["\\`$])', r"\\\1", value) + '"'


class Units:
    """Each hook in a transient unit of its own: the engine's sandbox is not for scripts that use ssh and sudo.

    Secrets are neither in the arguments nor in the unit's properties, which everybody on the host may read.
    """

    def __init__(self, runtime: Path = RUNTIME) -> None:
        self._runtime = runtime

    def run(self, job: Job) -> Outcome:
        self._stop(job.unit)
        self._runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._runtime / f"{job.unit}.env"
        file.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
                target.writelines(f"{name}={_quoted(value)}\n" for name, value in sorted(job.environment.items()))
            with runnable(job.script, job.text, admin(job.user), self._runtime / f"{job.unit}.d") as script:
                return follow(_start(self._command(script, file, job)), job, job.timeout + SETTLE)
        finally:
            file.unlink(missing_ok=True)

    def _command(self, script: Path, file: Path, job: Job) -> list[str]:
        options = ["--quiet", "--pipe", "--wait", "--collect", f"--unit={job.unit}", f"--uid={job.user}"]
        properties = [
            f"WorkingDirectory={admin(job.user).pw_dir}",
            f"EnvironmentFile={file}",
            f"RuntimeMaxSec={job.timeout}",
            "TimeoutStopSec=10",
        ]
        words = [word for each in properties for word in ("-p", each)]
        return ["systemd-run", *options, *words, "--", "/bin/bash", "-c", SHELL, "hook", str(script), str(PLATFORM)]

    def _stop(self, unit: str) -> None:
        """What an engine that was killed left running: two of the same hook must never run at once."""
        subprocess.run(["systemctl", "stop", f"{unit}.service"], capture_output=True, timeout=60, check=False)


class Plain:
    """A process of its own, on hosts without systemd."""

    def __init__(self, runtime: Path = RUNTIME) -> None:
        self._runtime = runtime

    def run(self, job: Job) -> Outcome:
        with runnable(job.script, job.text, admin(job.user), self._runtime / f"{job.unit}.d") as script:
            return self._run(job, script)

    def _run(self, job: Job, script: Path) -> Outcome:
        command = ["/bin/bash", "-c", SHELL, "hook", str(script), str(PLATFORM)]
        account = admin(job.user)
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": account.pw_dir, **job.environment}
        groups = os.getgrouplist(job.user, account.pw_gid)
        process = _start(
            command, user=account.pw_uid, group=account.pw_gid, extra_groups=groups, cwd=account.pw_dir, env=environment
        )
        return follow(process, job, job.timeout)


def _start(command: Sequence[str], **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        **options,
    )


def for_this_host() -> Runner:
    return Units() if Path("/run/systemd/system").is_dir() else Plain()
