"""Our pyinfra operations: validate, read one fact, plan purely, then ``host.noop(why)`` or yield commands."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import StringCommand

Commands = Generator[StringCommand, None, None]
"""What an operation is for pyinfra: the commands that make its host right, none when it is."""
