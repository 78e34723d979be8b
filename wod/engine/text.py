"""Words for logs: always one line of printable ASCII, always bounded."""

from __future__ import annotations

from datetime import datetime, timezone

LIMIT = 200


def one_line(text: object, limit: int = LIMIT) -> str:
    """``text`` with every character that could start a new line or steer a terminal replaced by ``?``."""
    plain = "".join(
        char if " " <= char <= "~" else " " if char in "\n\t\r" else "?" for char in str(text)[: 4 * limit]
    ).strip()
    return plain if len(plain) <= limit else plain[: limit - 3] + "..."


def utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
