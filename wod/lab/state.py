"""What the lab remembers between commands: one JSON file, replaced in one step, changed by one command at a time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from wod.errors import WodError
from wod.lab.places import Places
from wod.lab.run import Say, silent


@dataclass(frozen=True)
class HostRecord:
    """One host that belongs to the lab, running or not."""

    base: str
    """Name of the base image its file system stands on."""
    layers: tuple[str, ...] = ()
    """Snapshot layers between the base and what the host writes itself, topmost first."""
    snapshot: str | None = None
    """The snapshot it was started from."""
    pid: int | None = None
    """The systemd-nspawn process, None when the host was stopped in an orderly way."""
    started: int = 0
    """That process's start time, so that a reused process number is not taken for it."""


@dataclass
class LabState:
    """The lab as it was last left."""

    subnet: str | None = None
    hosts: dict[str, HostRecord] = field(default_factory=dict)


def load(places: Places) -> LabState:
    """Read the state; an empty one if the lab was never started."""
    try:
        raw = json.loads(places.state_file.read_text())
    except FileNotFoundError:
        return LabState()
    except (ValueError, PermissionError) as error:
        raise WodError(f"{places.state_file}: cannot be read ({error}); remove it and run wod lab down") from None
    return LabState(raw["subnet"], {name: _record(values) for name, values in raw["hosts"].items()})


def _record(values: dict) -> HostRecord:
    return HostRecord(**{**values, "layers": tuple(values["layers"])})


def save(places: Places, state: LabState) -> None:
    """Replace the state file in one step; a reader sees the old one or the new one."""
    write_atomically(places.state_file, json.dumps(asdict(state), indent=2, sort_keys=True) + "\n")


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file so that it is never seen half-written, even after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


@contextmanager
def locked(path: Path, waiting_for: str, say: Say = silent) -> Iterator[int]:
    """Hold a lock that ends with the process, whatever becomes of it; say so before waiting for another's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for {waiting_for}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()
