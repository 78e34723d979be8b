"""Snapshots: what a host had written becomes a layer of its own, on which it (or a reset one) starts again."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from wod.errors import BadInput
from wod.lab.places import Places
from wod.lab.run import run
from wod.lab.state import HostRecord, LabState, write_atomically

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Snapshot:
    """One host's part of a snapshot: the layers (topmost first) over the base image it was taken on."""

    base: str
    layers: tuple[str, ...]


def check_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise BadInput(f"snapshot {name!r}: take a name of letters, digits, dots, dashes, such as after-system")
    return name


def names(places: Places, host: str) -> list[str]:
    """The snapshots that hold this host."""
    return sorted(file.parent.name for file in places.snapshots.glob(f"*/{host}.json"))


def store(places: Places, name: str, host: str, snapshot: Snapshot) -> None:
    write_atomically(_file(places, name, host), json.dumps(asdict(snapshot), indent=2) + "\n")


def load(places: Places, name: str, host: str) -> Snapshot:
    """A host's part of a snapshot."""
    file = _file(places, check_name(name), host)
    if not file.is_file():
        known = ", ".join(names(places, host)) or "none"
        raise BadInput(f"snapshot {name}: there is none of {host}; of this host there are: {known}")
    raw = json.loads(file.read_text())
    return Snapshot(raw["base"], tuple(raw["layers"]))


def find(places: Places, name: str, host: str, base: str) -> Snapshot:
    """A host's part of a snapshot; refused when its base image is no longer the current one."""
    found = load(places, name, host)
    if found.base != base:
        raise BadInput(
            f"snapshot {name}: {host} was on the base image {found.base}, and now it is {base}; "
            f"reset {host}, install it anew and run wod lab snapshot {name} --replace"
        )
    return found


def fresh_record(places: Places, host: str, base: str, name: str | None) -> HostRecord:
    """What a host without contents of its own is started on: a snapshot, or the bare base image."""
    return HostRecord(base, find(places, name, host, base).layers, name) if name else HostRecord(base)


def _file(places: Places, name: str, host: str) -> Path:
    return places.snapshots / name / f"{host}.json"


def new_layer(host: str) -> str:
    return f"{host}-{uuid.uuid4().hex[:8]}"


def move_into_layer(places: Places, host: str, layer: str) -> None:
    """Make what a stopped host has written a layer: moved, not copied, so that nothing about it can get lost."""
    upper, target = places.host(host) / "upper", places.layers / layer
    if upper.is_dir() and not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        upper.rename(target)
        run("rm", "-rf", "--", places.host(host) / "work")


def remove(places: Places, name: str) -> None:
    """Remove a snapshot by name; its layers go with it unless something else stands on them."""
    directory = places.snapshots / check_name(name)
    if not directory.is_dir():
        raise BadInput(f"snapshot {name}: there is none of that name; see wod lab status")
    run("rm", "-rf", "--", directory)


def remove_unused_layers(places: Places, state: LabState) -> None:
    """Remove layers that neither a snapshot nor a host stands on."""
    used = {layer for record in state.hosts.values() for layer in record.layers}
    for file in places.snapshots.glob("*/*.json"):
        used.update(json.loads(file.read_text())["layers"])
    for layer in places.layers.glob("*"):
        if layer.name not in used:
            run("rm", "-rf", "--one-file-system", "--", layer)
