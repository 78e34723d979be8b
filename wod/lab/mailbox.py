"""The lab's mailbox: every mail that the lab's hosts send to participants, to be read with ``wod lab mail``.

Its server listens on the bridge, where only the lab's hosts and this machine reach it. It is told from other processes
by its command line, which names this lab's folder, so that one that a killed run started is found again.
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Network
from pathlib import Path

from wod.errors import BadInput, WodError
from wod.lab import processes, subnet
from wod.lab.hostset import BY_NAME
from wod.lab.places import Places
from wod.lab.run import PATH, last_lines, run

PORT = 2525
START_SECONDS = 15
MODULE = "wod.lab.mailserver"
ROLE = "api_db"
"""The role whose hosts send mails to participants."""


@dataclass(frozen=True)
class Mail:
    """One mail of the mailbox; ``number`` counts from 1, the oldest first, until the mailbox is cleared."""

    number: int
    time: str
    """When it came: UTC, ISO 8601."""
    sender: str
    recipients: tuple[str, ...]
    subject: str
    path: Path

    def body(self, html: bool = False) -> str:
        """Its text, or its HTML page; the other where it has only one. :class:`BadInput` where it has neither."""
        part = _read(self.path).get_body(("html", "plain") if html else ("plain", "html"))
        if part is None:
            raise BadInput(f"mail {self.number} has no text; it is the file {self.path}")
        return str(part.get_content())


def needed(names: Iterable[str]) -> bool:
    """Whether a host among these sends mails to participants."""
    return any(BY_NAME[name].role == ROLE for name in names if name in BY_NAME)


def require() -> None:
    """:class:`BadInput` where the library of the mail server is not installed."""
    if importlib.util.find_spec("aiosmtpd") is None:
        raise BadInput("the lab's mailbox needs the Python package aiosmtpd; install it with: pip install aiosmtpd")


def ensure(places: Places, net: IPv4Network) -> bool:
    """Start the mail server unless it answers; returns whether it had to be started."""
    address = str(subnet.gateway(net).ip)
    if running(places) and answers(address):
        return False
    require()
    stop(places)  # one that hangs, or that an earlier lab left on another address
    folder = places.mail
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _launch(places, address)
    if not processes.wait_until(lambda: answers(address), START_SECONDS):
        stop(places)
        log = _log(places)
        raise WodError(f"the lab's mailbox did not start: {last_lines(log.read_text(errors='replace'), 2)} (see {log})")
    return True


def _launch(places: Places, address: str) -> None:
    """A process that outlives this command, in a session of its own."""
    log = _log(places)
    log.parent.mkdir(parents=True, exist_ok=True)
    text = 'cd / && exec "$@" > "$LOG_FILE" 2>&1 < /dev/null'
    root = Path(__file__).resolve().parents[2]
    words = [f"PATH={PATH}", f"LOG_FILE={log}", f"PYTHONPATH={root}", "PYTHONDONTWRITEBYTECODE=1"]
    server = [sys.executable, "-m", MODULE, str(places.mail), address, str(PORT)]
    run("env", "-i", *words, "setsid", "--fork", "sh", "-c", text, "sh", *server)


def _log(places: Places) -> Path:
    return places.log("mailbox")


def running(places: Places) -> list[int]:
    """The process numbers of this lab's mail server: one, or none."""
    words = ["-m", MODULE, str(places.mail)]
    return [pid for pid in processes.every() if processes.command_line(pid)[1:4] == words]


def answers(address: str) -> bool:
    """Whether a mail server greets us."""
    try:
        with socket.create_connection((address, PORT), timeout=2) as connection:
            return connection.recv(4) == b"220 "
    except OSError:
        return False


def stop(places: Places) -> bool:
    """End the mail server, by force if it takes too long; returns whether there was one."""
    found = running(places)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in running(places):
            processes.send(pid, number)
        if processes.wait_until(lambda: not running(places), 5):
            break
    return bool(found)


def forget(places: Places) -> None:
    """Remove the mailbox with all its mails."""
    shutil.rmtree(places.mail, ignore_errors=True)


def mails(places: Places, address: str | None = None) -> list[Mail]:
    """The mails, oldest first; only those to ``address``, if one is given. :class:`BadInput` for who may not read."""
    try:
        paths = sorted(path for path in places.mail.iterdir() if path.suffix == ".eml")
        found = [_mail(number, path) for number, path in enumerate(paths, 1)]
    except FileNotFoundError:
        return []
    except PermissionError:
        raise BadInput("only root may read the lab's mails; say: sudo wod lab mail") from None
    wanted = (address or "").lower()
    return [mail for mail in found if not wanted or wanted in (each.lower() for each in mail.recipients)]


def mail_numbered(places: Places, number: int) -> Mail:
    """One mail; :class:`BadInput` if there is none of that number."""
    for mail in mails(places):
        if mail.number == number:
            return mail
    raise BadInput(f"there is no mail {number}; wod lab mail lists those there are")


def clear(places: Places) -> int:
    """Remove all mails; returns how many there were."""
    found = mails(places)
    for mail in found:
        mail.path.unlink(missing_ok=True)
    return len(found)


def _read(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)  # what the policy makes
    return message


def _mail(number: int, path: Path) -> Mail:
    message = _read(path)
    seconds = int(path.stem) / 1e9
    return Mail(
        number,
        datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        str(message["X-MailFrom"] or ""),
        tuple(each.strip() for each in str(message["X-RcptTo"] or "").split(",") if each.strip()),
        str(message["Subject"] or ""),
        path,
    )
