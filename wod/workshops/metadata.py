"""What a ``wod.yml`` says: its keys, their types, and values that make no sense."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from wod.workshops.findings import Finding, Severity, error, warning, weighed
from wod.workshops.keys import ASSIGNED, KEYS, Key
from wod.workshops.wodyml import Value, WodYml
from wod.workshops.workshop import Workshop

DIRECTORY = re.compile(r"WKSHP-[A-Za-z0-9-]+")
IMAGES = ("workshopImg", "badgeImg", "avatar")
ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"})
URL = re.compile(r"https?://[^\s/]+/\S+")
LONGEST_SESSION = 24
"""Hours."""


def check_keys(file: WodYml, active: bool) -> Iterator[Finding]:
    """Unknown, missing and badly typed keys of one file."""
    yield from file.faults
    if any(fault.rule in ("yaml", "encoding", "merge-conflict", "unreadable") for fault in file.faults):
        return  # nothing was read, so nothing more can be said
    for name, value in file.values.items():
        if name not in KEYS:
            yield error(file.path, value.line, "unknown-key", f"{name} is not a key of wod.yml{_unknown(name)}")
        else:
            yield from _typed(file, name, KEYS[name], value, active)
    for name, key in KEYS.items():
        if name not in file.values and key.presence != "optional":
            yield _missing(file, name, key)


def _unknown(name: str) -> str:
    if name in ASSIGNED:
        return f": {ASSIGNED[name]}; remove the line"
    close = difflib.get_close_matches(name.lower(), [each.lower() for each in KEYS], n=1, cutoff=0.7)
    right = next((each for each in KEYS if close and each.lower() == close[0]), "")
    return f" (did you mean {right}?)" if right else "; remove the line"


def _missing(file: WodYml, name: str, key: Key) -> Finding:
    severity: Severity = "error" if key.presence == "required" else "warning"
    told = f"{name} is missing; it is {key.words}"
    if key.presence == "expected":
        told += f", and counts as {json.dumps(key.default)} without it"
    return Finding(file.path, 1, severity, "missing-key", told)


def _typed(file: WodYml, name: str, key: Key, value: Value, active: bool) -> Iterator[Finding]:
    try:
        key.read(value.content)
    except (ValueError, KeyError):
        told = f"{name} must be {key.words}, not {_shown(value)}"
        if name == "range":
            yield weighed(active, file.path, value.line, "range-form", told)
        else:
            yield error(file.path, value.line, "type", told)


def _shown(value: Value) -> str:
    if value.content is None:
        return "a mapping or a nested list"
    if isinstance(value.content, tuple):
        text = f"[{', '.join(value.content)}]"
    else:
        text = json.dumps(value.content, ensure_ascii=False) if value.content else "empty"
    return text if len(text) <= 60 else f"{text[:57]}..."


def check_values(workshop: Workshop) -> Iterator[Finding]:
    """Well-typed values that cannot be meant."""
    yield from _directory(workshop)
    yield from _sanity(workshop)
    for key in IMAGES:
        yield from _image(workshop, key)
    link = workshop.replayLink
    if link and not URL.fullmatch(link):
        told = f"replayLink leads nowhere: {link}; give the whole URL, or '' while there is no recording"
        yield warning(workshop.path, workshop.line("replayLink"), "dead-link", told)


def _directory(workshop: Workshop) -> Iterator[Finding]:
    if not DIRECTORY.fullmatch(workshop.directory):
        told = f"the directory {workshop.directory} must be called WKSHP-<name>, <name> of letters, digits and hyphens"
        yield error(workshop.path, 1, "directory-name", told)


def _sanity(workshop: Workshop) -> Iterator[Finding]:
    if workshop.duration < 1:
        told = "duration: a session of 0 hours ends before it begins; give 1 or more"
        yield error(workshop.path, workshop.line("duration"), "duration", told)
    if workshop.duration > LONGEST_SESSION:
        told = f"duration is in hours, and {workshop.duration} is more than a day; is that meant?"
        yield warning(workshop.path, workshop.line("duration"), "duration", told)
    if workshop.priority > 100:
        told = f"priority: {workshop.priority} puts it last; the catalogue is sorted upwards from 0, use 0 to 100"
        yield warning(workshop.path, workshop.line("priority"), "priority", told)
    if workshop.monoappliance and workshop.multiappliance:
        told = "monoappliance and multiappliance exclude each other; set one to false"
        yield error(workshop.path, workshop.line("multiappliance"), "appliance", told)


def _image(workshop: Workshop, key: str) -> Iterator[Finding]:
    """A missing key is told elsewhere."""
    name = str(getattr(workshop, key))
    if key not in workshop.lines or URL.fullmatch(name):
        return
    if PurePosixPath(name).suffix.lower() not in ENDINGS or re.search(r"[?*\s]", name) or "://" in name:
        told = f"{key} names no picture: {name or 'empty'}; give a URL, or a file's name with its ending, such as x.png"
        yield warning(workshop.path, workshop.line(key), "image-name", told)
