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
    for directory in (places.host(""), places.layers):
        # Closed to this machine's users: what a host calls setuid root would be so here too.
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
    with locked(places.state / "lock", "another wod lab command", say):
        yield Session(places, load(places), say)


def subnet_of(state: LabState) -> IPv4Network:
    """The lab's subnet: the one its hosts are on, else ``WOD_LAB_SUBNET``, else the usual one."""
    if state.hosts and state.subnet:
        return IPv4Network(state.subnet)
    return subnet.requested(None) or IPv4Network(subnet.DEFAULT)


def subnet_for(state: LabState, flag: str | None) -> IPv4Network:
    """The subnet to start hosts on; refused if it is not the one that the lab's hosts are on already."""
    current, asked = subnet_of(state), subnet.requested(flag)
    if asked and asked != current and state.hosts:
        raise BadInput(f"--subnet: the lab's hosts are on {current}; run wod lab down before moving to {asked}")
    return asked or current


AT_ONCE = 8
"""Hosts acted on at a time: fifty that boot together would each take longer than anybody waits for them."""


def on_each(names: Iterable[str], act: Callable[[str], None]) -> None:
    """Act on hosts, several at once. A host that fails does not stop the others; all failures are reported."""
    names = list(names)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        failures = [failure for failure in pool.map(lambda name: _attempt(name, act), names) if failure]
    if failures:
        raise WodError("\n".join(failures) if len(failures) > 1 else failures[0])


def _attempt(name: str, act: Callable[[str], None]) -> str | None:
    try:
        act(name)
    except (WodError, OSError) as error:
        return f"{name}: {error}"
    return None
