"""Secrets: a name until the last moment. One prints as ``<secret NAME>``; its value is asked for explicitly.

Values that nobody gave are generated on first use and kept by :mod:`wod.secretstore`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Literal

from wod.errors import BadInput

Kind = Literal["token", "password"]
UNAMBIGUOUS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mistakes for another one when reading them aloud."""


class Secret(str):
    """A text that prints as ``<secret NAME>`` wherever it goes; only :meth:`reveal` gives the value."""

    __slots__ = ("_reveal", "name")
    name: str
    _reveal: Callable[[], str]

    def __new__(cls, name: str, value: str | Callable[[], str]) -> Secret:
        self = super().__new__(cls, f"<secret {name}>")
        reveal = (lambda: value) if isinstance(value, str) else value
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "_reveal", reveal)
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a secret cannot be changed")

    def reveal(self) -> str:
        """The value, at the last moment: from the settings, or read from (or created in) the store."""
        return self._reveal()

    def __repr__(self) -> str:
        return str.__str__(self)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """A pickle carries the name only."""
        return (_unpickled, (self.name,))


def _unpickled(name: str) -> Secret:
    def refuse() -> str:
        raise BadInput(f"{name}: the value of a secret does not travel in a pickle; read it from the settings")

    return Secret(name, refuse)


def new_value(kind: Kind) -> str:
    """A fresh random value."""
    if kind == "token":
        return secrets.token_hex(32)
    return "".join(secrets.choice(UNAMBIGUOUS) for _ in range(24))


def gather(value: object, found: dict[str, str]) -> None:
    """Add the values of all secrets in plain data, however deep, to ``{name: value}``."""
    if isinstance(value, Secret):
        found[value.name] = value.reveal()
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            gather(each, found)
