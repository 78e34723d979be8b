"""How SSH connections to hosts are made: quick for many small commands, and noticed when they die."""

from __future__ import annotations

import socket
from typing import Any

import paramiko

KEEPALIVE_SECONDS = 15
LOST_SECONDS = 30
"""Once nothing that was sent has arrived for so long, the connection is lost; the kernel would try for a quarter of an
hour. Keep-alive sees to it that something is sent."""


def transport(sock: socket.socket, **options: Any) -> paramiko.Transport:
    """A paramiko transport without Nagle's delay (40 ms a command) and with keep-alive.

    Given to pyinfra as ``ssh_paramiko_connect_kwargs={"transport_factory": transport}``, so that host names stay plain.
    """
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _notice_loss(sock)
    made = paramiko.Transport(sock, **options)
    made.set_keepalive(KEEPALIVE_SECONDS)
    return made


def _notice_loss(sock: socket.socket) -> None:
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, LOST_SECONDS * 1000)
