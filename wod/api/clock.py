"""What time it is, asked in one place, so that a test can live through a four-hour session in seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


def now() -> datetime:
    return datetime.now(timezone.utc)
