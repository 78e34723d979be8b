"""pyinfra's ``@here/NAME``: this machine, as its ``@local``, but under the name that the platform knows it by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyinfra.connectors.local import LocalConnector


class Here(LocalConnector):
    """Known to pyinfra by an entry point (pyproject.toml); its name is plain, so ``--limit be1*`` works."""

    @staticmethod
    def make_names_data(name: str | None = None) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
        yield name or "local", {}, []
