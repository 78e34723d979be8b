"""Hosts are asked side by side what they are; what cannot be asked is said of each."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyinfra.api import StringCommand

from wod import remote
from wod.connection import HostFailed, opened, run
from wod.fleet.apart import Answer, ask_each
from wod.preflight.judge import Check, judged
from wod.preflight.wanted import asked
from wod.site import Site

SECONDS = 240.0
NO_SUDO = "sudo is not there, or asks for a password; install it, and run this as root or allow it in /etc/sudoers.d"


@dataclass(frozen=True)
class Looked:
    """A host's checks, and which of the platform's other hosts answered it."""

    checks: tuple[Check, ...]
    peers: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return any(check.verdict == "failed" for check in self.checks)


def look(site: Site, names: Sequence[str], seconds: float = SECONDS) -> dict[str, Looked]:
    """``{host: what was found}``; nothing is changed anywhere."""
    answers = ask_each(names, partial(_ask, site), seconds=seconds)
    return {name: looked(site, name, answer) for name, answer in zip(names, answers, strict=True)}


def looked(site: Site, name: str, answer: Answer) -> Looked:
    host = site.host(name)
    if answer.error:
        what = "sudo" if answer.error.endswith(NO_SUDO) else "host" if answer.reached else "connection"
        return Looked((Check(what, "failed", answer.error),))
    told: dict[str, Any] = json.loads(answer.text)
    now = None if host.declared.connector == "local" else told.pop("asked")
    return Looked(tuple(judged(site, host, told, now)), tuple(peer for peer, _ in told["peers"]))


def _ask(site: Site, name: str) -> str:
    """In the child. This machine's time is taken when the answer is here: the host tells its own last."""
    with opened(site, name) as (chosen, host):
        if not host.run_shell_command(StringCommand("sudo", "-n", "true"), _sudo=False)[0]:
            raise HostFailed(f"{name}: {NO_SUDO}")
        told = json.loads(run(host, remote.program("host_preflight", stdin=json.dumps(asked(site, chosen)))))
    return json.dumps({**told, "asked": time.time()})
