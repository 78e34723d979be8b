"""Small programs that run on a host, sent there as text: ``python3 -c TEXT arguments``, data on stdin.

They use the standard library of Python 3.6 and newer, import nothing of ours, and print one line of JSON.
Nothing of them stays on the host.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pyinfra.api import StringCommand

from wod import shell


@cache
def source(name: str) -> str:
    """The text of the program ``wod/remote/<name>.py``."""
    return (Path(__file__).parent / f"{name}.py").read_text()


def program(name: str, *args: object, stdin: str | None = None, python: str = "python3") -> StringCommand:
    """The command that runs a program of this package on a host, with ``args`` as its ``sys.argv[1:]``."""
    return shell.python(source(name), *args, stdin=stdin, python=python)
