"""Every shell script that goes to a host is one for sh, before any host sees it."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
from collections.abc import Iterator

import pytest

import wod.cli
import wod.facts
import wod.operations


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)


def _scripts() -> Iterator[tuple[str, str]]:
    """The constants of several lines or several commands, by the name they have."""
    for package in (wod.facts, wod.operations, wod.cli):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(module.name)).items():
                if name.lstrip("_").isupper() and name != "_QUERY":  # SQL, inside of a script that is looked at
                    texts = (text for text in _texts(value) if "\n" in text.strip() or "; " in text)
                    yield from ((f"{module.name}.{name}", text) for text in texts)


SCRIPTS = list(_scripts())


def test_they_are_found() -> None:
    assert {"wod.operations.files._WRITE", "wod.facts.firewall.SCRIPTS"} <= {name for name, _ in SCRIPTS}


@pytest.mark.parametrize(("name", "text"), SCRIPTS, ids=[name for name, _ in SCRIPTS])
def test_sh_can_read_it(name: str, text: str) -> None:
    done = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("name", "text"), SCRIPTS, ids=[name for name, _ in SCRIPTS])
def test_nothing_is_written_where_students_can_write(name: str, text: str) -> None:
    """/run/lock and /tmp are everybody's: a student could hold a lock there, or put a link in the way."""
    assert "/run/lock" not in text
    assert "/tmp" not in text
