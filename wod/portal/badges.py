"""The badges that have pages of their own, so that they can be shared."""

from __future__ import annotations

from dataclasses import dataclass

from wod.portal.values import Portal, allowed


@dataclass(frozen=True)
class Special:
    """The original's five (contract section 6): page ``number``, earned with ``workshops`` different workshops."""

    number: int
    name: str
    workshops: int

    @property
    def file(self) -> str:
        return self.name.lower().replace(" ", "")

    @property
    def picture(self) -> str:
        """Named as the original's, since its mails and its database name it so."""
        return f"/img/{self.workshops}_workshops_{self.file}.jpg"


SPECIAL = (
    Special(0, "Apprentice", 3),
    Special(1, "Expert", 5),
    Special(2, "Hero", 7),
    Special(3, "Super Hero", 10),
    Special(4, "Legend", 15),
)


def picture(badge: str, values: Portal, files: frozenset[str]) -> str:
    """The address of a workshop's badge as its wod.yml names it; the general one where it cannot be shown."""
    if "://" in badge and allowed(badge, values):
        return badge
    name = f"img/badges/{badge.rsplit('/', 1)[-1]}" if badge and "://" not in badge else ""
    return f"/{name}" if name in files else "/img/badges/finisher.svg"
