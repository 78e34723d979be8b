"""Modelled hosts behind pyinfra: what its fake connector is told goes to them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

from pyinfra.api import StringCommand
from pyinfra.connectors.fake import FakeConnector
from pyinfra.connectors.util import CommandOutput, OutputLine

from tests.modules.model.area import Answer
from tests.modules.model.host import Model


def simulate(folder: Path) -> None:
    """From now on the fake connector asks the models kept in ``folder`` (``<host>.pickle``)."""

    def run_shell_command(
        self: FakeConnector, command: StringCommand | str, *_a: object, **arguments: object
    ) -> tuple[bool, CommandOutput]:
        path = folder / f"{self.host.name.rpartition('/')[2]}.pickle"
        model: Model = pickle.loads(path.read_bytes())
        line = command if isinstance(command, str) else command.get_raw_value()
        stdin = str(arguments.get("_stdin") or "")
        take: Callable[[str, str], Answer] = model.take
        try:
            done, said = True, [OutputLine("stdout", text) for text in take(line, stdin)]
        except LookupError as error:
            done, said = False, [OutputLine("stderr", str(error))]
        path.write_bytes(pickle.dumps(model))
        return done, CommandOutput(said)

    FakeConnector.run_shell_command = run_shell_command  # type: ignore[method-assign, assignment]
