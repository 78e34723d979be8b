"""This machine."""

from __future__ import annotations

import socket


def local_name() -> str:
    """What this machine calls itself, with its domain where it knows that."""
    full, short = socket.getfqdn(), socket.gethostname()
    return short if full.partition(".")[0] in ("localhost", "") else full
