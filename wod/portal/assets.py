"""Styles and scripts under names with a digest of what is in them, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from wod.errors import BadInput

IMPORT = re.compile(r'(?<=from )"\./([\w.-]+)"')


def hashed(name: str, content: bytes) -> str:
    """``catalogue.js`` → ``assets/catalogue.0123456789.js``."""
    path = PurePosixPath(name)
    return f"assets/{path.stem}.{hashlib.sha256(content).hexdigest()[:10]}{path.suffix}"


class Scripts:
    """ES modules that import each other: an import is written with the digest of what it imports."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._sources = sources
        self.made: dict[str, tuple[str, bytes]] = {}
        for name in sorted(sources):
            self._make(name, ())

    def _make(self, name: str, above: tuple[str, ...]) -> str:
        """The served name. :class:`BadInput` for modules that are missing or go round in a circle."""
        if name in above or name not in self._sources:
            raise BadInput(f"assets/{above[-1]} imports ./{name}, which is missing or imports it in turn")
        if name not in self.made:
            linked = IMPORT.sub(lambda found: self._link(found[1], (*above, name)), self._sources[name])
            content = linked.encode()
            self.made[name] = hashed(name, content), content
        return self.made[name][0]

    def _link(self, name: str, above: tuple[str, ...]) -> str:
        return f'"./{PurePosixPath(self._make(name, above)).name}"'

    def needs(self, name: str) -> list[str]:
        """The served names of what ``name`` imports, directly or not, for a browser to fetch at once."""
        found: dict[str, None] = {}
        for each in IMPORT.findall(self._sources[name]):
            found.update(dict.fromkeys([*self.needs(each), self.made[each][0]]))
        return list(found)
