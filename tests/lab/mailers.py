"""Those who send orders: the original api-db, byte for byte, and ours, by SMTP from this machine."""

from __future__ import annotations

import smtplib
import socket
import time

from wod.engine.grammar import Order
from wod.engine.signature import compose


def original(address: str, port: int, sender: str, recipient: str, subject: str, workshop: str) -> None:
    """As modules/CheckCustomers sends it (contract section 7): one write, bare LF, gone at the banner's first byte."""
    lines = [
        "HELO api.example.org",
        f"MAIL FROM: {sender}",
        f"RCPT TO: {recipient}",
        "DATA",
        f"Subject: {subject}",
        workshop,
        ".",
        "",
    ]
    with socket.create_connection((address, port), timeout=30) as connection:
        connection.sendall("\n".join(lines).encode())
        connection.recv(1)


def signed(address: str, port: int, key: str, backend: str, orders: list[Order]) -> float:
    """Signed orders, all over one connection, each acknowledged; the moment (time.time) when the first was sent."""
    recipient = f"wodadmin@{backend}"
    begin = time.time()
    with smtplib.SMTP(address, port, timeout=60) as server:
        for order in orders:
            mail = compose(order, backend, key, "wodadmin@localhost", recipient)
            server.sendmail("wodadmin@localhost", [recipient], mail)
    return begin
