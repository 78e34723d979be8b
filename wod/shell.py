"""The one place where commands for hosts are built: values are quoted, no option slips in, secrets go by stdin."""

from __future__ import annotations

from typing import Any

from pyinfra.api import QuoteString, StringCommand

from wod.fleet import notes
from wod.secrets import Secret


class UnsafeArgument(ValueError):
    """A value that a program would read as an option, or that no argument can hold."""


def _word(value: object) -> QuoteString:
    if isinstance(value, Secret):
        raise UnsafeArgument(f"{value} must go by stdin: arguments are visible to everyone on the host")
    text = str(value)
    if "\0" in text or "\n" in text:
        raise UnsafeArgument(f"{text!r} holds a line break or NUL byte")
    return QuoteString(text)


def _plain_word(value: object) -> QuoteString:
    if str(value).startswith("-"):
        raise UnsafeArgument(f"{value!r} starts with '-' and would be read as an option")
    return _word(value)


def _arguments(stdin: str | None) -> dict[str, Any]:
    """pyinfra's ``_stdin``; a :class:`Secret` is revealed here, at its last moment."""
    if stdin is None:
        return {}
    return {"_stdin": stdin.reveal() if isinstance(stdin, Secret) else str(stdin)}


def call(program: str, *options: str, args: tuple[object, ...] = (), stdin: str | None = None) -> StringCommand:
    """``program options… args…``: ``options`` are ours and may start with ``-``, ``args`` are values and may not."""
    words = [*map(_word, options), *map(_plain_word, args)]
    return StringCommand(program, *words, **_arguments(stdin))


def script(text: str, *args: object, stdin: str | None = None) -> StringCommand:
    """A POSIX shell script that stops at its first error, with ``args`` as ``$1``, ``$2`` …

    The text is ours and constant; every value travels as an argument or on stdin, so none is ever parsed as shell.
    """
    return StringCommand("sh", "-euc", QuoteString(text.strip()), "wod", *map(_plain_word, args), **_arguments(stdin))


def python(text: str, *args: object, stdin: str | None = None, python: str = "python3") -> StringCommand:
    """A Python program of ours, as text, with ``args`` as its ``sys.argv[1:]``; apart from the caller's environment."""
    return StringCommand(python, "-I", "-c", QuoteString(text), *map(_plain_word, args), **_arguments(stdin))


def refuse(message: str) -> StringCommand:
    """A command that fails on this host with a sentence, and stops only this host.

    An exception in an operation would end the run for every host (pyinfra 3), so errors found on a host are yielded.
    """
    notes.say(f"{notes.REFUSED}{message}")
    return StringCommand("sh", "-c", QuoteString('printf "%s\\n" "$1" >&2; exit 1'), "wod", QuoteString(message))
