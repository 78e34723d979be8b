"""``wod-engine receive``: one mail from standard input into the queue; the exit status tells postfix what became of it.

It starts once per mail, so it imports little.
"""

from __future__ import annotations

import argparse
import os
import sys
import syslog
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NoReturn

from wod.engine import config as settings
from wod.engine import mail
from wod.engine.config import Receiver
from wod.engine.queue import Queue, Reused
from wod.engine.text import one_line

EX_OK, EX_DATAERR, EX_TEMPFAIL = 0, 65, 75
"""sysexits.h: on the disk; never to be sent again (postfix returns it); to be tried again by postfix."""
KEY = 16
"""The least length of WODMAILKEY: a short key can be guessed."""

Report = Callable[[int, str], None]


class Unready(Exception):
    """This backend cannot take orders now."""


def to_syslog(priority: int, line: str) -> None:
    """One line to syslog, as mail; also to standard error when it is not well, which postfix quotes in its own log."""
    syslog.openlog("wod-engine", syslog.LOG_PID, syslog.LOG_MAIL)
    syslog.syslog(priority, line)
    if priority <= syslog.LOG_WARNING:
        print(line, file=sys.stderr)


def load(path: Path) -> Receiver:
    """:class:`Unready` unless the file is there, whole and safe to use."""
    try:
        config = settings.load_receiver(path)
        mail.networks(config.unsigned_from)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Unready(f"{path} cannot be used ({error}); roll the backend out again") from None
    if len(config.key) < KEY:
        raise Unready(f"{path}: WODMAILKEY has fewer than {KEY} characters; set a longer one and roll out again")
    return config


def accept(stream: BinaryIO, config: Receiver, client: str) -> str:
    """Queue the mail; the line for the log. :class:`~wod.engine.mail.Refused`, :class:`OSError` otherwise."""
    found = mail.judge(stream.read(mail.LIMIT + 1), config, client, time.time())
    queue, request = Queue(Path(config.queue)), found.request
    fresh = queue.put(request, found.nonce)
    with suppress(OSError):  # the order is safe; clearing has time until the next one
        queue.clear(config.window)
    what = f"{request.verb} {request.first}-{request.last} for customer {request.customer}, {request.workshop or 'any'}"
    origin = f"from {request.client or 'this host'}, {'signed' if request.signed else 'unsigned'}"
    return f"accepted {request.id}: {what}, {origin}" if fresh else f"replay: {what}, {origin}; it was accepted before"


def receive(stream: BinaryIO, path: Path, client: str, report: Report = to_syslog) -> int:
    """Exit status for one mail, and exactly one line to ``report``."""
    try:
        line = accept(stream, load(path), client)
    except (mail.Refused, Reused) as error:
        report(syslog.LOG_WARNING, one_line(f"refused from {client or 'this host'}: {error}", 300))
        return EX_DATAERR
    except Exception as error:  # whatever it is, the mail must not be lost, and postfix must not see a traceback
        words = str(error) if isinstance(error, Unready) else f"{type(error).__name__}: {error}"
        report(syslog.LOG_ERR, one_line(f"try later: {words}", 300))
        return EX_TEMPFAIL
    report(syslog.LOG_INFO, one_line(line, 300))
    return EX_OK


class _Arguments(argparse.ArgumentParser):
    """A wrong line in postfix's configuration must not bounce mail: it is a passing failure."""

    def error(self, message: str) -> NoReturn:
        to_syslog(syslog.LOG_ERR, one_line(f"try later: wod-engine receive: {message}"))
        raise SystemExit(EX_TEMPFAIL)


def main(arguments: list[str]) -> int:
    parser = _Arguments(prog="wod-engine receive", description="Take one mail from standard input into the queue.")
    parser.add_argument("--client", default="", help="the address that sent it; empty for mail from this host")
    parser.add_argument("--config", type=Path, default=settings.RECEIVER, help="default: %(default)s")
    given = parser.parse_args(arguments)
    os.umask(0o077)
    return receive(sys.stdin.buffer, given.config, given.client)
