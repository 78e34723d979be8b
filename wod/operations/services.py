"""systemd units kept running, and restarted only when what they were started from has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from pyinfra import host
from pyinfra.api import StringCommand, operation

from wod import shell
from wod.facts import ask
from wod.facts.services import Services, ServiceStates, UnitState
from wod.fleet import notes
from wod.operations import Commands


@dataclass(frozen=True)
class Unit:
    """A unit that runs and starts at boot, or with ``wanted=False`` neither.

    ``watch`` are the files it reads at its start: when one is newer than the running process, the unit is restarted.
    That is judged by what is on the host, so a run that was killed between writing a file and restarting is made good
    by the next one. (A reload leaves no such trace.) ``check`` must succeed before a restart.
    """

    name: str
    watch: tuple[str, ...] = ()
    check: str = ""
    wanted: bool = True
    restart_if: Callable[[], bool] | None = None


def is_stale(unit: Unit, state: UnitState, changed: dict[str, float]) -> bool:
    """Whether a watched file changed after the unit's process started."""
    return any(changed.get(path, 0) > state.since for path in unit.watch)


def verb_for(unit: Unit, state: UnitState, changed: dict[str, float]) -> str:
    """``start``, ``restart``, or nothing."""
    if not state.active:
        return "start"
    if is_stale(unit, state, changed) or (unit.restart_if is not None and unit.restart_if()):
        return "restart"
    return ""


def restarted(units: list[Unit], states: Services) -> list[str]:
    """The running units that are started anew, or stopped."""
    active = [unit for unit in units if states.units[unit.name].active]
    return [unit.name for unit in active if not unit.wanted or verb_for(unit, states.units[unit.name], states.changed)]


def plan(units: list[Unit], states: Services) -> Iterator[StringCommand]:
    """The commands that make every unit known to systemd, enabled at boot, running, started from what is on disk."""
    yield from _stop(unit.name for unit in units if not unit.wanted and _is_on(states.units[unit.name]))
    units = [unit for unit in units if unit.wanted]
    masked = [unit.name for unit in units if states.units[unit.name].masked]
    if masked:
        yield shell.call("systemctl", "unmask", args=tuple(masked))
    if masked or any(_unread(states.units[unit.name]) for unit in units):
        yield shell.call("systemctl", "daemon-reload")
    disabled = [unit.name for unit in units if not states.units[unit.name].enabled]
    if disabled:
        yield shell.call("systemctl", "enable", args=tuple(disabled))
    for unit in units:
        verb = verb_for(unit, states.units[unit.name], states.changed)
        if verb:
            yield _act(unit, verb)


def _is_on(state: UnitState) -> bool:
    return state.active or (state.enabled and state.exists)


def _unread(state: UnitState) -> bool:
    return not state.exists or state.needs_reload


def _stop(names: Iterable[str]) -> Iterator[StringCommand]:
    for name in names:
        yield shell.call("systemctl", "disable", "--now", args=(name,))


def _act(unit: Unit, verb: str) -> StringCommand:
    """Check first, forget an earlier start limit, then act; on failure bring the journal's last lines home."""
    text = """
    if [ -n "$3" ]; then sh -c "$3" >&2; fi
    systemctl reset-failed "$1" 2>/dev/null || true
    systemctl "$2" "$1" || { journalctl --no-pager -n 15 -u "$1" >&2; exit 1; }
    """
    return shell.script(text, unit.name, verb, unit.check)


def _foreseen(wanted: list[Unit], states: Services) -> list[StringCommand]:
    """What a plan tells: with the restarts that follow from files that would be written."""
    rewritten = notes.foreseen()
    notes.restarts(restarted(wanted, replace(states, changed=states.changed | rewritten)))
    known = settled(states, rewritten)
    for unit in wanted:
        if unit.wanted and not states.units[unit.name].active:
            notes.say(f"start {unit.name}")
            notes.starts([unit.name])
        elif unit.wanted and not known.units[unit.name].enabled:
            notes.say(f"enable {unit.name} at boot")
    if not any(plan(wanted, known)):
        notes.follows()
    return list(plan(wanted, replace(states, changed=states.changed | rewritten)))


def settled(states: Services, rewritten: Iterable[str]) -> Services:
    """As if the files that would be written had been so from the start: what is left has a reason of its own.

    A unit whose file was removed or edited needs systemd to read it again; the link that enables it is still there.
    """
    files = {path.rpartition("/")[2] for path in rewritten}
    units = {
        name: replace(state, exists=True, enabled=state.enabled or not state.exists, needs_reload=False)
        if name in files and not state.masked
        else state
        for name, state in states.units.items()
    }
    return Services(units, states.changed | dict.fromkeys(rewritten, 0.0))


@operation()
def running(units: Iterable[Unit]) -> Commands:
    """Keep units unmasked, enabled and running; restart those whose watched files changed.

    + units: :class:`Unit` objects, in the order in which they are to be started
    """
    wanted = list(units)
    watched = sorted({path for unit in wanted for path in unit.watch})
    states = ask(host, ServiceStates, units=[unit.name for unit in wanted], watched=watched)
    if states is None:
        yield shell.refuse("could not read the state of " + ", ".join(unit.name for unit in wanted))
        return
    commands = list(plan(wanted, states))
    if notes.planning():
        commands = _foreseen(wanted, states)
    if not commands:
        host.noop(f"{', '.join(unit.name for unit in wanted)}: running")
    yield from commands
