"""What systemd wants to hear of a service with ``Type=notify`` and ``WatchdogSec`` (sd_notify(3))."""

from __future__ import annotations

import os
import socket
import time


def tell(message: str) -> None:
    """Nothing happens outside systemd. A full socket is no reason to stop working."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.connect("\0" + address[1:] if address[0] == "@" else address)
            channel.sendall(message.encode())
        except OSError:
            pass


class Watchdog:
    """A sign of life twice in each period that systemd allows (``WATCHDOG_USEC``), however often it is fed."""

    def __init__(self) -> None:
        text = os.environ.get("WATCHDOG_USEC", "")
        ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.period = int(text) / 2_000_000 if text.isdigit() and ours else None
        self.fed = 0.0

    def feed(self) -> None:
        now = time.monotonic()
        if self.period is not None and now - self.fed >= self.period:
            self.fed = now
            tell("WATCHDOG=1")
