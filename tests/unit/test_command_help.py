"""What ``wod`` says of its commands, and of what cannot be, before it asks any host."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from wod.cli import wod
from wod.errors import BadInput


def groups(command: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every group of commands, from ``wod`` itself on."""
    yield words
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        if isinstance(found, click.Group):
            yield from groups(found, (*words, name))


@pytest.mark.parametrize("words", list(groups(wod)), ids=" ".join)
def test_every_command_is_listed_with_a_whole_sentence(words: tuple[str, ...]) -> None:
    listed = CliRunner().invoke(wod, [*words, "--help"], terminal_width=80).output.partition("Commands:\n")[2]
    entries = [" ".join(entry.split()) for entry in listed.replace("\n  ", "\n\0").replace("\0 ", " ").split("\0")]
    assert entries
    assert [entry for entry in entries if not entry.endswith(".")] == []
    assert "..." not in listed


@pytest.mark.parametrize(
    "words",
    [("student", "passwd", "500"), ("student", "erase", "1", "500", "--yes"), ("student", "erase", "5", "2", "--yes")],
)
def test_students_that_are_not_there_are_refused_before_the_host_is_asked(words: tuple[str, ...]) -> None:
    flags = ("--host", "be1.example.org", "-i", "inventories/production.py")
    with pytest.raises(BadInput, match=r"be1\.example\.org has the students 1 to 20; 500 is none|is no range"):
        CliRunner().invoke(wod, [*words, *flags], catch_exceptions=False)
