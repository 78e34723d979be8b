"""Which special badge a number of finished workshops earns (contract section 6)."""

from __future__ import annotations

from wod.api.badges import BADGES, Badge


def earned(finished: int) -> Badge | None:
    """The highest badge that ``finished`` different workshops are good for."""
    return max((badge for badge in BADGES if finished >= badge.workshops), key=lambda badge: badge.id, default=None)


def award(finished: int, held: int) -> Badge | None:
    """The badge to tell the participant of now; the *new* one, which the original confuses with the one ``held``."""
    badge = earned(finished)
    return badge if badge is not None and badge.id > held else None
