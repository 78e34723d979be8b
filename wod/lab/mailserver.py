"""The lab's mail server, a process of its own: takes every mail and keeps each as a file that only root can read.

Run as ``python -m wod.lab.mailserver FOLDER ADDRESS PORT``; :mod:`wod.lab.mailbox` starts and ends it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

FROM, TO = "X-MailFrom", "X-RcptTo"
"""What the envelope said, put before a mail's own headers: a blind copy names its reader nowhere else."""


def keep(folder: Path, sender: str, recipients: list[str], content: bytes) -> Path:
    """Write one mail; files sort by the time they came, and each appears whole or not at all."""
    path = folder / f"{time.time_ns():020d}.eml"
    text = f"{FROM}: {sender}\r\n{TO}: {', '.join(recipients)}\r\n".encode(errors="replace") + content
    new = path.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    return path


class Keeper:
    """What aiosmtpd calls for each mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        keep(self.folder, envelope.mail_from or "", list(envelope.rcpt_tos), content)
        return "250 kept"


async def serve(folder: Path, address: str, port: int) -> None:
    """Until SIGTERM."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    new = partial(SMTP, Keeper(folder), hostname="mail.lab", ident="wod lab", enable_SMTPUTF8=True)
    # reuse_address: one that was killed leaves connections behind that would hold the port for a minute.
    server = await loop.create_server(new, address, port, reuse_address=True)
    async with server:
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
