"""One command's hold on the lab: the lock, the state, the subnet; and doing something to several hosts at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from wod.errors import BadInput, WodError
from wod.lab import subnet
from wod.lab.places import Places
from wod.lab.run import Say, silent
from wod.lab.state import HostRecord, LabState, load, locked, save


@dataclass
class Session:
    """What every step needs; ``record`` may be called from several threads."""

    places: Places
    state: LabState
    say: Say = silent
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def record(self, name: str, record: HostRecord | None) -> None:
        """Remember a host, or forget it (None), at once: a run killed a moment later must find it."""
        with self._writing:
            if record is None:
                self.state.hosts.pop(name, None)
            else:
                self.state.hosts[name] = record
            save(self.places, self.state)


@contextmanager
def opened(places: Places, say: Say = silent) -> Iterator[Session]:
    """The lab, to be changed by nobody else meanwhile."""
    places.state.mkdir(parents=True, exist_ok=True)
    with locked(places.state / "lock", "another wod lab command", say):
        yield Session(places, load(places), say)


def subnet_of(state: LabState, flag: str | None = None) -> IPv4Network:
    """The lab's subnet: the one its hosts are on, else the one asked for, else the usual one."""
    asked = subnet.requested(flag)
    if not (state.hosts and state.subnet):
        return asked or IPv4Network(subnet.DEFAULT)
    current = IPv4Network(state.subnet)
    if flag and asked != current:
        raise BadInput(
            f"--subnet: the lab's hosts are on {current}; run wod lab down before moving to {asked}"
        )
    return current


def on_each(names: Iterable[str], act: Callable[[str], None]) -> None:
    """Act on several hosts at once. A host that fails does not stop the others; all failures are reported."""
    names = list(names)
    with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
        failures = [failure for failure in pool.map(lambda name: _attempt(name, act), names) if failure]
    if failures:
        raise WodError("\n".join(failures) if len(failures) > 1 else failures[0])


def _attempt(name: str, act: Callable[[str], None]) -> str | None:
    try:
        act(name)
    except (WodError, OSError) as error:
        return f"{name}: {error}"
    return None
