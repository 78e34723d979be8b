"""One host of a site, for commands that act on a single one: connected by pyinfra, through the inventory's own data."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyinfra.api import Config, Inventory, State, StringCommand
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.state import BaseStateCallback
from pyinfra.context import ctx_host, ctx_state

from wod.errors import WodError
from wod.inventory import Site, SiteHost, load_site, pyinfra_data


class HostFailed(WodError):
    """A host could not be reached, or a command on it failed; the text says which and why."""


class Unreachable(HostFailed):
    """It could not be reached at all."""


@contextmanager
def connected(inventory: Path, name: str) -> Iterator[tuple[SiteHost, Any]]:
    """``(the host with its settings, the pyinfra host)`` while the connection is open."""
    with opened(load_site(inventory), name) as both:
        yield both


@contextmanager
def opened(site: Site, name: str) -> Iterator[tuple[SiteHost, Any]]:
    """As :func:`connected`, for a site that is loaded already."""
    chosen = site.host(name)
    if not chosen.managed:
        raise Unreachable(
            f'{name} is rolled out from another machine (connector="none" in the inventory); ask it there'
        )
    # pyinfra logs what it does; a command of ours says what matters itself
    logging.getLogger("pyinfra").setLevel(logging.CRITICAL)
    state = State(Inventory(([(chosen.declared.pyinfra_name, pyinfra_data(chosen, site))], {})), Config())
    reasons = _Reasons()
    state.add_callback_handler(reasons)
    with ctx_state.use(state):
        try:
            connect_all(state)
        except PyinfraError:
            raise Unreachable(f"{name} could not be reached: {' '.join(reasons.texts) or 'no reason given'}") from None
        host = state.inventory.get_host(name)
        try:
            with ctx_host.use(host):
                yield chosen, host
        finally:
            disconnect_all(state)


class _Reasons(BaseStateCallback):
    """Keeps why connections failed."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def host_connect_error(self, state: State, host: Any, error: Exception) -> None:  # type: ignore[override]
        self.texts.append(str(error).replace("[Errno None] ", ""))  # paramiko's, for several addresses at once


def run(host: Any, command: StringCommand) -> str:
    """The output of a command as root; :class:`HostFailed` brings what it said on stderr."""
    arguments = {**command.connector_arguments, "_sudo": True}
    done, output = host.run_shell_command(command, **arguments)
    if not done:
        raise HostFailed(f"{host.name}: {output.stderr.strip() or output.stdout.strip() or 'the command failed'}")
    return output.stdout
