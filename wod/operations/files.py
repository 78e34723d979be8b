"""Any number of whole files, folders and links that are ours, kept exact with one fact and one command per change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from pyinfra import host
from pyinfra.api import StringCommand, operation

from wod import shell
from wod.facts import ask
from wod.facts.files import PathState, PathStates
from wod.fleet import notes
from wod.fleet.notes import FileChange
from wod.operations import Commands
from wod.secrets import Secret


@dataclass(frozen=True)
class File:
    """A whole file that is ours. ``content`` may be a :class:`Secret`; it goes by stdin, under umask 077.

    ``check`` is a command that judges the new content before it takes the old one's place, with ``%s`` for its path.
    """

    path: str
    content: str
    mode: int = 0o644
    user: str = "root"
    group: str = "root"
    check: str = ""


@dataclass(frozen=True)
class Directory:
    """A folder that is ours; what lies in it is not touched."""

    path: str
    mode: int = 0o755
    user: str = "root"
    group: str = "root"


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    path: str
    target: str


@dataclass(frozen=True)
class Absent:
    """A file or link of ours that an older release left behind. Folders are never removed."""

    path: str


Entry = File | Directory | Link | Absent

_WRITE = """
if [ -d "$1" ] && [ ! -L "$1" ]; then echo "$1: a folder is in the way of a file; move it aside" >&2; exit 1; fi
new="$1.wod-new.$$"  # of our own: the last command of a killed run may still be at work on the same file
umask 077
rm -f "$1".wod-new*
cat > "$new"
[ "$(wc -c < "$new")" -eq "$5" ] || { rm -f "$new"; echo "$1: its content was cut off on the way" >&2; exit 1; }
chown "$2" "$new"
chmod "$3" "$new"
if [ -n "$4" ]; then
    sh -c "$4" check "$new" >&2 || {
        rm -f "$new"; echo "$1: the new content was refused, the old one stays" >&2; exit 1
    }
fi
mv -fT "$new" "$1"
"""
_ATTRIBUTES = 'chown -h "$2" "$1"; chmod "$3" "$1"'
_MKDIR = """
if [ -L "$1" ] || { [ -e "$1" ] && [ ! -d "$1" ]; }; then
    echo "$1: something else is in the way of a folder; move it aside" >&2; exit 1
fi
mkdir -p "$1"; chown "$2" "$1"; chmod "$3" "$1"
"""
_LINK = """
if [ -d "$1" ] && [ ! -L "$1" ]; then echo "$1: a folder is in the way of a link; move it aside" >&2; exit 1; fi
ln -sfn "$2" "$1"
"""
_REMOVE = 'rm -f "$1"'


def text_of(content: str) -> str:
    """What lands in the file: the content, ending in a line break as everything sent by stdin does."""
    text = content.reveal() if isinstance(content, Secret) else content
    return text if text.endswith("\n") else text + "\n"


def _write(entry: File) -> StringCommand:
    check = entry.check.replace("%s", '"$1"')
    owner, text = f"{entry.user}:{entry.group}", text_of(entry.content)
    return shell.script(_WRITE, entry.path, owner, f"{entry.mode:04o}", check, len(text.encode()), stdin=text)


def _attributes(text: str, entry: File | Directory) -> StringCommand:
    return shell.script(text, entry.path, f"{entry.user}:{entry.group}", f"{entry.mode:04o}")


def change_for(entry: Entry, state: PathState) -> StringCommand | None:
    """The command that makes ``entry`` true of a path in ``state``, or ``None`` when it already is."""
    if isinstance(entry, Absent):
        return shell.script(_REMOVE, entry.path) if state.kind in ("file", "link") else None
    if isinstance(entry, Link):
        wanted = state.kind == "link" and state.detail == entry.target
        return None if wanted else shell.script(_LINK, entry.path, entry.target)
    same_owner = (state.mode, state.user, state.group) == (entry.mode, entry.user, entry.group)
    if isinstance(entry, Directory):
        return None if state.kind == "dir" and same_owner else _attributes(_MKDIR, entry)
    if state.kind != "file" or state.detail != _digest(entry):
        return _write(entry)
    return None if same_owner else _attributes(_ATTRIBUTES, entry)


def change_note(entry: Entry, state: PathState) -> FileChange:
    """What a plan says of a path that would be changed. A file for root's eyes only is a secret, whatever is in it."""
    was = "" if state.kind == "none" else f", was {state.kind} {state.mode:04o} {state.user}:{state.group}"
    if isinstance(entry, Absent):
        return FileChange(entry.path, "", state.kind == "file" and bool(state.mode & 0o077), "removed")
    if isinstance(entry, Link):
        return FileChange(entry.path, remark=f"link to {entry.target}")
    remark = f"{entry.mode:04o} {entry.user}:{entry.group}{was}"
    if isinstance(entry, Directory):
        return FileChange(entry.path, remark=f"folder {remark}")
    if (state.kind, state.detail) == ("file", _digest(entry)):
        return FileChange(entry.path, remark=remark)
    if isinstance(entry.content, Secret) or not entry.mode & 0o077:
        return FileChange(entry.path, remark="(secret changed)" if state.kind == "file" else "(secret, new)")
    same = (state.mode, state.user, state.group) == (entry.mode, entry.user, entry.group)
    return FileChange(entry.path, text_of(entry.content), state.kind == "file", "" if same or not was else remark)


def _digest(entry: File) -> str:
    return hashlib.sha256(text_of(entry.content).encode()).hexdigest()


def _note(changed: list[Entry], states: dict[str, PathState]) -> None:
    notes.files(change_note(entry, states[entry.path]) for entry in changed)
    rewritten = [e for e in changed if not isinstance(e, File) or states[e.path].detail != _digest(e)]
    notes.written(*(entry.path for entry in rewritten if not isinstance(entry, Directory)))


@operation()
def present(entries: Iterable[Entry]) -> Commands:
    """Make every entry true, in the order given (folders before what is in them).

    + entries: :class:`File`, :class:`Directory`, :class:`Link` and :class:`Absent` objects
    """
    wanted = list(entries)
    states = ask(host, PathStates, paths=[entry.path for entry in wanted])
    if states is None or not states.keys() >= {entry.path for entry in wanted}:
        yield shell.refuse("could not read the state of this module's files")
        return
    changes = [(entry, change) for entry in wanted if (change := change_for(entry, states[entry.path]))]
    if not changes:
        host.noop(f"{len(wanted)} paths are as they should be")
    if notes.planning():
        _note([entry for entry, _ in changes], states)
    yield from (change for _, change in changes)


_MAKE_ONCE = """
value=$(od -An -tx1 -N32 /dev/urandom | tr -d ' \\n')
[ "${#value}" -eq 64 ] || { echo "$1: no random bytes to be had" >&2; exit 1; }
umask 077
rm -f "$1".wod-new*
printf '%s=%s\\n' "$2" "$value" > "$1.wod-new.$$"
mv -fT "$1.wod-new.$$" "$1"
"""


@operation()
def host_secret(path: str, variable: str) -> Commands:
    """A secret that only this host ever needs: made there once (32 random bytes as hexadecimal digits), 0600, and kept.

    + path: an environment file (systemd.exec(5)) that will hold ``VARIABLE=value``
    + variable: the variable's name
    """
    states = ask(host, PathStates, paths=[path])
    if states is None or path not in states:
        yield shell.refuse(f"could not read the state of {path}")
    elif states[path].kind != "file":
        notes.files([FileChange(path, remark="(secret, made on the host)")])
        notes.written(path)
        yield shell.script(_MAKE_ONCE, path, variable)
    elif (states[path].mode, states[path].user) != (0o600, "root"):
        yield shell.script(_ATTRIBUTES, path, "root:root", "0600")
    else:
        host.noop(f"{path} is there")
