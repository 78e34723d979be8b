"""Accounts, homes and Hub users of a whole range of students: one fact, one plan, at most a few commands each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyinfra import host, logger
from pyinfra.api import StringCommand, operation

from wod import remote, shell
from wod.facts import ask
from wod.facts.students import HubUsers, StudentState
from wod.fleet import notes
from wod.hub import HubAccess
from wod.operations import Commands
from wod.students import SHELL, HostState, Plan, StudentRange, plan, ranges, sysusers

# stdin first: a command whose control node is gone must not hold the lock while it waits. Only root may open the lock:
# a student who could would be able to hold it.
_LOCK = """
wanted=$(cat)
umask 077; exec 9> /run/wod-students.lock; umask 022
flock -w 900 9 || { echo "another roll-out is at work on the students" >&2; exit 1; }
"""
_CREATE = f"""{_LOCK}
printf '%s\\n' "$wanted" | systemd-sysusers -
printf '%s\\n' "$wanted" | awk '$1 == "u" {{ sub(":.*", "", $3); print $2, $3 }}' | while read -r name uid; do
    [ "$(id -u "$name")" = "$uid" ] || {{ echo "$name did not get uid $uid" >&2; exit 1; }}
done
"""
# Students may have one another's ids, so an id may be there twice meanwhile (-o). All groups come first: groupmod takes
# along every account whose group had the old gid.
_CORRECT = f"""{_LOCK}
printf '%s\\n' "$wanted" | while read -r name uid gid home shell; do
    if getent group "$name" >/dev/null; then groupmod -o -g "$gid" "$name"; else groupadd -o -g "$gid" "$name"; fi
done
printf '%s\\n' "$wanted" | while read -r name uid gid home shell; do
    if ! getent passwd "$name" >/dev/null; then continue; fi
    usermod -o -u "$uid" -g "$gid" -d "$home" -s "$shell" -c "$name" "$name" </dev/null
done
"""


def _names(wanted: StudentRange, numbers: Iterable[int]) -> str:
    return "\n".join(wanted.name(number) for number in numbers)


def _account_lines(wanted: StudentRange, numbers: Iterable[int]) -> str:
    return "\n".join(f"{wanted.name(n)} {wanted.uid(n)} {wanted.gid(n)} {wanted.home(n)} {SHELL}" for n in numbers)


def commands(wanted: StudentRange, todo: Plan, skeleton: str) -> Iterator[StringCommand]:
    """At most four commands, whatever the number of students."""
    homes = (wanted.folder, wanted.admin, skeleton)
    if todo.correct:
        yield shell.script(_CORRECT, stdin=_account_lines(wanted, todo.correct))
    if todo.create:
        yield shell.script(_CREATE, stdin=sysusers(wanted, todo.create))
    if todo.make_homes:
        yield remote.program("student_homes", "make", *homes, stdin=_names(wanted, todo.make_homes))
    if todo.mend_homes:
        yield remote.program("student_homes", "mend", *homes, stdin=_names(wanted, todo.mend_homes))


def _report_surplus(todo: Plan) -> None:
    if todo.surplus:
        logger.warning(
            f"{host.print_prefix}students {ranges(todo.surplus)} lie outside USERMIN..USERMAX; they stay as they are"
        )


@operation()
def accounts(wanted: StudentRange, skeleton: str = "/etc/skel") -> Commands:
    """Keep accounts, groups, homes, modes and ACLs of a range; what is in a home is never touched.

    + wanted: the range
    + skeleton: the folder that new homes are copies of
    """
    state = ask(host, StudentState, wanted=wanted)
    if state is None:
        yield shell.refuse("could not read the student accounts; is python3 there? (the system module installs it)")
        return
    todo = plan(wanted, state)
    _report_surplus(todo)
    if todo.conflicts:
        yield shell.refuse("; ".join(todo.conflicts) + "; nothing was changed")
        return
    if not todo.changes:
        host.noop(f"{len(wanted)} students are as they should be")
    for verb in ("correct", "create", "make_homes", "mend_homes"):
        if numbers := getattr(todo, verb):
            notes.say(f"{verb.replace('_', ' ')}: students {ranges(numbers)}")
    yield from commands(wanted, todo, skeleton)


@operation()
def hub_users(wanted: StudentRange, hub: HubAccess) -> Commands:
    """Keep a Hub user for every student of a range.

    + wanted: the range
    + hub: how to reach it on the host
    """
    present = ask(host, HubUsers, hub=hub)
    if present is None:
        yield shell.refuse("could not read the Hub's users; see `journalctl -u jupyterhub` on the host")
        return
    missing = [number for number in wanted.numbers if wanted.name(number) not in present]
    if missing:
        notes.say(f"add Hub users: students {ranges(missing)}")
        yield remote.program("hub_users", "add", hub.url, hub.token_file, stdin=_names(wanted, missing))
    else:
        host.noop(f"{len(wanted)} students have a Hub user")


def removable(wanted: StudentRange, state: HostState, hub: dict[str, bool]) -> tuple[list[str], list[str], list[str]]:
    """``(accounts or homes, Hub users, those with a running server)`` of the range, in the order of their numbers."""
    names = [wanted.name(number) for number in wanted.numbers]
    local = [name for name in names if name in state.users or name in state.homes]
    return local, [name for name in names if name in hub], [name for name in names if hub.get(name)]


@operation()
def removed(wanted: StudentRange, hub: HubAccess, force: bool = False) -> Commands:
    """Remove a range's accounts and Hub users, and set the homes aside; refuse while one of them has a running server.

    + wanted: the range
    + hub: how to reach it on the host
    + force: go on although students have running servers
    """
    state = ask(host, StudentState, wanted=wanted)
    users = ask(host, HubUsers, hub=hub)
    if state is None or users is None:
        yield shell.refuse("could not read the students and their Hub users, so none is removed")
        return
    local, known, busy = removable(wanted, state, users)
    if busy and not force:
        yield shell.refuse(
            f"CLEAN refused, nothing changed: there are running servers of {', '.join(busy)}; "
            "stop them or set CLEANFORCE: true"
        )
        return
    if not local and not known:
        host.noop("no student of the range exists")
    if known:
        yield remote.program("hub_users", "remove", hub.url, hub.token_file, stdin="\n".join(known))
    if local:
        yield remote.program("student_removal", wanted.folder, stdin="\n".join(local))
