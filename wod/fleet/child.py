"""One host, planned or rolled out in this process with pyinfra's API. Runs only in a child of :mod:`wod.fleet.runs`.

gevent's patches of the standard library are left out (as in :mod:`wod.connection`): a process that serves one host has
nobody else to wait for, and the parent keeps the time.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import gevent
import pyinfra
from pyinfra.api import Config, Inventory, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.deploy import add_deploy
from pyinfra.api.operations import run_ops
from pyinfra.api.state import BaseStateCallback, StateStage
from pyinfra.connectors.util import CommandOutput
from pyinfra.context import ctx_config, ctx_host, ctx_inventory, ctx_state

from wod.fleet import planned
from wod.fleet.notes import collecting
from wod.fleet.result import Change, HostResult, Mode, Outcome
from wod.inventory import SiteHost, pyinfra_data
from wod.site import Site

Work = tuple[Outcome, tuple[Change, ...], str]
"""The outcome, the changes, and what went wrong in a sentence."""
LONGEST = 400
"""Characters of an error's sentence; all of it is in the log."""


LOST = "the connection was lost"


def is_lost(host: Any) -> bool:
    """Whether an SSH connection that was there has ended; other connectors have none."""
    client = getattr(host.connector, "client", None)
    transport = client.get_transport() if client is not None else None
    return transport is not None and not transport.is_active()


@dataclass
class Heard(BaseStateCallback, logging.Handler):
    """What pyinfra says: into the log (standard error), and what went wrong kept for the report."""

    unreachable: str = ""
    errors: list[str] = field(default_factory=list)
    failed: str = ""

    def __post_init__(self) -> None:
        logging.Handler.__init__(self)

    __hash__ = object.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        print(time.strftime("%H:%M:%S"), text, file=sys.stderr)
        if record.levelno >= logging.ERROR:
            self.errors.append((text.partition("] ")[2] or text).removeprefix("Error: "))

    def host_connect_error(self, state: State, host: Any, error: Exception) -> None:  # type: ignore[override]
        self.unreachable = str(error)

    def operation_host_error(  # type: ignore[override]
        self, state: State, host: Any, op_hash: str, retry_count: int = 0, max_retries: int = 0
    ) -> None:
        said = [text for text in self.errors if not text.startswith("executed ")]
        why = LOST if is_lost(host) else said[-1] if said else "a command failed without a word"
        self.failed = f"{' '.join(state.get_op_meta(op_hash).names)}: {why}"

    def operation_start(self, state: State, op_hash: str) -> None:  # type: ignore[override]
        self.errors.clear()


def run_host(site: Site, member: SiteHost, mode: Mode, deploy: Callable[[], None], data: Mapping[str, object]) -> str:
    """The host's :class:`HostResult` (without times and log, which the parent knows) as JSON."""
    gevent.reinit()
    heard = _listen()
    try:
        state = _state_of(site, member, data, heard)
        outcome, changes, error = _carry_out(state, heard, mode, deploy)
    except Exception as failure:
        traceback.print_exc()
        outcome, changes, error = "failed", (), _sentence(failure)
    commands = sum(change.commands for change in changes)
    return HostResult(member.name, member.role, outcome, changes, _short(error), commands=commands).as_json()


def _listen() -> Heard:
    heard = Heard()
    pyinfra.logger.handlers = [heard]
    pyinfra.logger.propagate = False
    pyinfra.logger.setLevel(logging.INFO)
    return heard


def _state_of(site: Site, member: SiteHost, data: Mapping[str, object], heard: Heard) -> State:
    """pyinfra's state for this one host; operations are looked into once, when their turn comes, as with ``-y``."""
    name = member.declared.pyinfra_name
    hosts = [(name, pyinfra_data(member, site))]
    inventory = Inventory((hosts, {}), override_data=dict(data), **{member.role: ([name], {})})
    state = State(inventory, Config(), check_for_changes=False)
    state.cwd = str(site.root)
    state.print_noop_info = True
    state.add_callback_handler(heard)
    ctx_state.set(state)
    ctx_config.set(state.config)
    ctx_inventory.set(inventory)
    return state


def _carry_out(state: State, heard: Heard, mode: Mode, deploy: Callable[[], None]) -> Work:
    try:
        state.set_stage(StateStage.Connect)
        connect_all(state)
    except Exception as failure:
        if not heard.unreachable:
            traceback.print_exc()
        return "unreachable", (), heard.unreachable or _sentence(failure)
    try:
        return _work(state, heard, mode, deploy)
    finally:
        disconnect_all(state)


def _work(state: State, heard: Heard, mode: Mode, deploy: Callable[[], None]) -> Work:
    error = ""
    try:
        state.set_stage(StateStage.Prepare)
        add_deploy(state, deploy)
        if mode == "plan":
            return _planned(state)
        state.set_stage(StateStage.Execute)
        run_ops(state)
    except Exception as failure:
        if not heard.failed:
            traceback.print_exc()
        error = heard.failed or (heard.errors[-1] if heard.errors else _sentence(failure))
    changes = tuple(_made(state))
    host = next(iter(state.inventory))
    if error and is_lost(host):
        return "unreachable", changes, error if LOST in error else f"{LOST}: {error}"
    return ("failed" if error else "changed" if changes else "unchanged"), changes, error


def _planned(state: State) -> Work:
    with collecting() as book, ctx_host.use(next(iter(state.inventory))):
        changes = tuple(planned.detailed(book, _rehearsed(state)))
    return ("changed" if changes else "unchanged"), changes, ""


def _rehearsed(state: State) -> Iterator[tuple[str, Change]]:
    """What would run, by operation hash, by going through all that a run does but the commands.

    Each operation counts as done once it has said what it would run, so that the conditions of later ones
    (``_if=any_changed(…)``) come out as they would.
    """
    host = next(iter(state.inventory))
    state.is_executing = True
    with ctx_host.use(host):
        for op_hash in state.get_op_order():
            operation = state.get_op_data_for_host(host, op_hash)
            commands = list(operation.command_generator())
            operation.operation_meta.set_complete(True, commands, CommandOutput([]))
            if commands:
                yield op_hash, _change(state, op_hash, len(commands))


def _made(state: State) -> Iterator[Change]:
    """What has been done, that of a failed operation included."""
    host = next(iter(state.inventory))
    for op_hash in state.get_op_order():
        operation = state.ops[host].get(op_hash)
        if operation and operation.operation_meta.is_complete() and operation.operation_meta.executed:
            yield _change(state, op_hash, len(operation.operation_meta._commands or ()))


def _change(state: State, op_hash: str, commands: int) -> Change:
    name = " ".join(sorted(state.get_op_meta(op_hash).names))
    return Change(name, name.rpartition(" | ")[0], commands)


def _sentence(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
