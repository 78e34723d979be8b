"""Earlier roll-outs: a list for people, and what is meant when somebody wants to go back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from wod.checkouts import Checkout, commit_of, names_near, top_of
from wod.errors import BadInput
from wod.fleet import given
from wod.fleet.given import Given, Pin
from wod.fleet.record import Record, records
from wod.fleet.result import OUTCOMES
from wod.fleet.state import Folder
from wod.site import Site

SHOWN = 3
"""Roll-outs that an error names."""
_CODE = re.compile(r"[+]g([0-9a-f]{7,40})([.]dirty)?")


def target(folder: Folder, site: Site, name: str) -> Given:
    """What ``name`` was: a roll-out (the beginning of its name is enough), or a revision of this repository.

    A revision that was rolled out takes along what its last roll-out had; for another one, private settings and content
    are as they are now. :class:`BadInput` when it is neither.
    """
    now = given.of_now(site)
    if not now.code.commit:
        raise BadInput(
            f"{now.code.path} is no git checkout that this account may read, so it has no past; clone it with git"
        )
    found = _roll_out(folder, name)
    if found is not None:
        return _of_roll_out(found, now)
    commit = commit_of(Path(now.code.path), name)
    if not commit:
        raise BadInput(f"{name} is neither a revision of {now.code.path} nor a roll-out; {_near(folder, now, name)}")
    was = _last_with(folder, commit)
    return _moved(was, now, name) if was else _bare(now, commit, name)


def lines(folder: Folder) -> Iterator[str]:
    """What was rolled out, the newest first: name, who, revision, how it went."""
    for record in reversed(records(folder)):
        outcomes = [result.outcome for result in record.results().values()]
        counts = ", ".join(f"{outcomes.count(each)} {each}" for each in OUTCOMES if each in outcomes)
        was = given.read(record)
        back = f"  (back to {was.to})" if was and was.to else ""
        yield f"{record.name}  {record.intent().user:10}  {_revision(record, was):18}  {counts or 'nothing done'}{back}"


def content(folder: Folder) -> frozenset[Pin]:
    """What the last roll-out gave of it, as far as it is known."""
    kept = [was for record in records(folder)[-1:] if (was := given.read(record))]
    return frozenset(pin for was in kept for pin in was.content)


def _revision(record: Record, was: Given | None) -> str:
    commit, changed = (was.code.commit[:12], was.code.changed) if was else _coded(record)
    return f"{commit or 'unknown'}{'.dirty' if changed else ''}"


def _roll_out(folder: Folder, name: str) -> Record | None:
    found = [record for record in records(folder) if re.match(r"\d{4}-", name) and record.name.startswith(name)]
    if len(found) > 1:
        names = ", ".join(record.name for record in found[-SHOWN:])
        raise BadInput(f"{name} fits {len(found)} roll-outs, of which the last are {names}; give more of the name")
    return found[0] if found else None


def _of_roll_out(record: Record, now: Given) -> Given:
    was = given.read(record)
    if was is not None:
        return _moved(was, now, record.name)
    short, changed = _coded(record)
    commit = commit_of(Path(now.code.path), short) if short else ""
    if not commit:
        raise BadInput(f"{record.path} does not say which revision it was of; name a revision instead")
    bare = _bare(now, commit, record.name)
    return Given(Checkout(now.code.path, commit, changed), bare.settings, bare.private, to=record.name)


def _coded(record: Record) -> tuple[str, bool]:
    """``(revision, changed)`` of one that a release before this one wrote down, by what its hosts got."""
    found = [match for each in record.fingerprints() if (match := _CODE.search(each))]
    return (found[0][1], bool(found[0][2])) if len({match[1] for match in found}) == 1 else ("", False)


def _last_with(folder: Folder, commit: str) -> Given | None:
    kept = (given.read(record) for record in reversed(records(folder)))
    return next((was for was in kept if was and was.code.commit == commit and not was.code.changed), None)


def _moved(was: Given, now: Given, name: str) -> Given:
    """The commits of then, in the folders of today; a folder that is not in git has no past."""
    if not was.code.commit:
        raise BadInput(f"the roll-out {name} was of no git checkout; name a revision instead")
    parts = [(was.code, now.code), (was.settings, now.settings), (was.private, now.private)]
    code, settings, private = (
        Checkout(today.path, then.commit, then.changed) if today.commit else Checkout(today.path)
        for then, today in parts
    )
    return Given(code, settings, private, was.content, name)


def _bare(now: Given, commit: str, name: str) -> Given:
    """One revision of this repository, and of what else lies in it."""
    top = top_of(Path(now.code.path))
    settings, private = (
        Checkout(part.path, commit if part.commit and top_of(Path(part.path)) == top else "")
        for part in (now.settings, now.private)
    )
    return Given(Checkout(now.code.path, commit), settings, private, (), name)


def _near(folder: Folder, now: Given, name: str) -> str:
    near = [*names_near(Path(now.code.path), name), *(record.name for record in records(folder)[: -SHOWN - 1 : -1])]
    mend = f"there are {', '.join(near)}, and " if near else ""
    return f"{mend}wod rollout --list has all roll-outs"
