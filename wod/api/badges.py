"""The five special badges: who gets which, and their rows as the stock portal shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Badge:
    """``id`` is its row, ``workshops`` how many different ones earn it (contract section 6)."""

    id: int
    name: str
    workshops: int

    def row(self, frontend: str) -> dict[str, str]:
        """Its columns; ``frontend`` is the portal's URL. The pictures are those that the stock portal ships."""
        picture = f"{self.workshops}_workshops_{self.name.lower().replace(' ', '')}.jpg"
        return {
            "name": self.name,
            "title": f"You have earned the {self.name} badge!",
            "description": f"The {self.name} badge is for those who completed {self.workshops} Workshops-on-Demand.",
            "badge_img": f"{frontend.rstrip('/')}/img/{picture}",
        }


BADGES = (
    Badge(1, "Apprentice", 3),
    Badge(2, "Expert", 5),
    Badge(3, "Hero", 7),
    Badge(4, "Super Hero", 10),
    Badge(5, "Legend", 15),
)
