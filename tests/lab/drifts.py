"""Kinds of drift: what people and accidents do to a host, and what a check must say of it.

Each is told by one operation, the one that mends it; what else cannot be right meanwhile only follows from it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

PORTS = {"backends": "8000", "api_db": "8021", "frontends": "8000"}
"""By which each role serves; ``PORT`` in a drift's texts."""


@dataclass(frozen=True)
class Drift:
    """``plant`` does it to a host of ``role`` (empty: of any); ``tells`` is in what a check says of ``operation``.

    ``hides`` are operations that cannot be judged meanwhile; ``restarts`` units that may be others afterwards, by the
    drift itself or by its mend. One that is ``slow`` to mend is planted on one night only.
    """

    name: str
    role: str
    operation: str
    plant: str
    tells: str = ""
    hides: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()
    slow: bool = False

    @property
    def touches(self) -> set[str]:
        return {self.operation, *self.hides}

    def fits(self, others: Iterable[Drift]) -> bool:
        """Whether it can be told apart from others on the same host."""
        return all(self.touches.isdisjoint(other.touches) for other in others)

    def on(self, role: str) -> Drift:
        """As it is planted on a host of a role."""
        port = PORTS[role]
        return replace(self, plant=self.plant.replace("PORT", port), tells=self.tells.replace("PORT", port))


class Deck:
    """Which drifts come to which host on which night: by chance, but each at least once before any comes again."""

    def __init__(self, drifts: Sequence[Drift], seed: int) -> None:
        self.drifts, self.chance = drifts, random.Random(seed)
        self.waiting = self.chance.sample(drifts, len(drifts))

    def deal(self, role: str, number: int) -> list[Drift]:
        """``number`` drifts for a host of a role that can be told apart."""
        again = [drift for drift in self.drifts if drift not in self.waiting and not drift.slow]
        dealt: list[Drift] = []
        for drift in [*self.waiting, *self.chance.sample(again, len(again))]:
            if len(dealt) < number and drift.role in ("", role) and drift.fits(dealt):
                dealt.append(drift)
        self.waiting = [drift for drift in self.waiting if drift not in dealt]
        return [drift.on(role) for drift in dealt]
