"""The command ``wod-engine``: ``receive`` for postfix, ``work`` for systemd, ``queue`` and ``trace`` for operators.

Exit status: 0 done, 1 it could not be done, 2 wrong arguments or configuration; ``receive`` has its own.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

EXIT_FAILED, EXIT_BAD_INPUT = 1, 2
ABOUT = "Carries out what the API orders by mail. On a backend, as root."
RECEIVE = "There is also `wod-engine receive`, by which postfix hands in a mail; it has a --help of its own."


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_BAD_INPUT, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: list[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["receive"]:
        from wod.engine import receive

        return receive.main(given[1:])
    return _dispatch(_parser().parse_args(given))


def _parser() -> _Parser:
    from wod.engine.config import WORKER

    parser = _Parser(prog="wod-engine", description=ABOUT, epilog=RECEIVE)
    parser.add_argument("--config", type=Path, default=WORKER, help="default: %(default)s")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("work", help="carry out what is queued, until SIGTERM (for systemd)")
    trace = commands.add_parser("trace", help="what happened to a student's seat, and how long each step took")
    trace.add_argument("student", type=int, help="the N of studentN")
    erase = commands.add_parser("erase", help="re-make the homes of a range of students; what is in them is DELETED")
    erase.add_argument("first", type=int, help="the N of the first studentN")
    erase.add_argument("last", type=int, help="of the last")
    queue = commands.add_parser("queue", help="look at the requests, bring a dead one back, remove one")
    actions = queue.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="all that is new, waiting, running or dead")
    for name, text in {"show": "one, with its journal", "retry": "a dead one again", "drop": "remove one"}.items():
        action = actions.add_parser(name, help=text)
        action.add_argument("id", type=_identity, help="as `queue list` shows it")
        action.add_argument("--json", action="store_true")
    for each in (trace, listing):
        each.add_argument("--json", action="store_true")
    return parser


def _identity(text: str) -> str:
    """An id is also a file's name, so nothing else is taken."""
    from wod.engine.grammar import IDENTITY

    if not IDENTITY.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no id such as 20240131T120000.123456-0a1b2c")
    return text


def _dispatch(given: argparse.Namespace) -> int:
    from wod.engine import config as settings
    from wod.engine.overview import NotPossible

    try:
        config = settings.load_worker(given.config)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        return _fail(f"cannot use {given.config} ({error}); run as root, or roll the backend out again", EXIT_BAD_INPUT)
    try:
        return {"work": _work, "trace": _trace, "erase": _erase, "queue": _queue}[given.command](config, given)
    except NotPossible as error:
        return _fail(str(error), EXIT_FAILED if error.known else EXIT_BAD_INPUT)
    except OSError as error:
        return _fail(f"{error}; run as root, and see that the disk is not full", EXIT_FAILED)


def _fail(message: str, status: int) -> int:
    print(f"wod-engine: {message}", file=sys.stderr)
    return status


def _work(config: Any, _given: argparse.Namespace) -> int:
    import signal

    from wod.engine.actions import planner
    from wod.engine.worker import AlreadyRunning, Worker

    worker = Worker(config, planner(config))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    try:
        worker.run()
    except AlreadyRunning as error:
        return _fail(str(error), EXIT_FAILED)
    return 0


def _trace(config: Any, given: argparse.Namespace) -> int:
    from wod.engine import overview, trace

    if given.student not in range(config.last + 1):
        return _fail(f"this backend has students {config.first} to {config.last}", EXIT_BAD_INPUT)
    found = overview.of_student(config, given.student)
    lines = [trace.row(line) for line in found["done"]] + [overview.text(row) for row in found["open"]]
    print(json.dumps(found, indent=1) if given.json else "\n".join(lines) or f"student{given.student}: nothing yet")
    return 0


def _erase(config: Any, given: argparse.Namespace) -> int:
    from wod.engine.accounts import HostAccounts
    from wod.engine.erasing import erase

    for line in erase(config, HostAccounts(), given.first, given.last):
        print(line, flush=True)
    return 0


def _queue(config: Any, given: argparse.Namespace) -> int:
    return {"list": _list, "show": _show, "retry": _change, "drop": _change}[given.action](config, given)


def _list(config: Any, given: argparse.Namespace) -> int:
    from wod.engine import overview

    rows = overview.rows(config)
    print(json.dumps(rows, indent=1) if given.json else "\n".join(map(overview.text, rows)) or "nothing is queued")
    return 0


def _show(config: Any, given: argparse.Namespace) -> int:
    from wod.engine import overview
    from wod.engine.text import utc

    row, events = overview.find(config, given.id)
    if given.json:
        print(json.dumps({**row, "journal": events}, indent=1))
        return 0
    print(overview.text(row))
    for event in events:
        rest = ", ".join(f"{key} {value}" for key, value in event.items() if key not in ("time", "event"))
        print(f"  {utc(event['time'])}  {event['event']}  {rest}")
    return 0


def _change(config: Any, given: argparse.Namespace) -> int:
    from wod.engine import overview

    {"retry": overview.retry, "drop": overview.drop}[given.action](config, given.id)
    done = {"retry": "is tried again", "drop": "was removed"}[given.action]
    print(json.dumps({"id": given.id, given.action: True}) if given.json else f"{given.id} {done}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
