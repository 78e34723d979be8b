"""What holds for every program that is sent to a host."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.commands import run
from wod import remote

PROGRAMS = sorted(path.stem for path in Path(remote.__file__).parent.glob("*.py") if path.stem != "__init__")


def imported(name: str) -> set[str]:
    """The top-level modules that a program imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(remote.source(name))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_they_are_found() -> None:
    assert {"hub_users", "student_homes", "student_removal", "student_state"} <= set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_python_3_6_can_read_it(name: str) -> None:
    """RHEL's platform Python is older than ours; CentOS 7 has 3.6."""
    ast.parse(remote.source(name), feature_version=(3, 6))


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_needs_the_standard_library_only(name: str) -> None:
    assert imported(name) <= set(sys.stdlib_module_names) - {"__future__"}  # annotations: 3.7


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_arrives_whole(name: str) -> None:
    """Through the quoting of one argument, as the host's Python gets it."""
    done = run(remote.program(name, python="printf %s%s%s"))
    assert done.stdout == f"-I-c{remote.source(name)}"
