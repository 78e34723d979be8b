"""`wod-api`, on the api-db host: the services, and what is done to the database by hand or by the roll-out.

Exit code 0: done, or nothing to do. 1: something was found that is not mended. 2: it could not be done, and why.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from wod.api import config, keeping

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except (OSError, ValueError, LookupError, RuntimeError, DBAPIError) as error:
        print(f"wod-api {given.command}: {_sentence(error)}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="wod-api", description="The API of Workshops-on-Demand and its database.")
    top.add_argument("--config", type=Path, default=config.PATH, metavar="FILE", help=f"instead of {config.PATH}")
    commands = top.add_subparsers(dest="command", required=True)
    _services(commands)
    migrating = _command(commands, "migrate", migrate, "Bring the tables to this release's form.")
    migrating.add_argument("--revision", default="head", help="a revision to go up to")
    migrating.add_argument("--check", action="store_true", help="change nothing; exit code 1: there is something to do")
    migrating.add_argument(
        "--down", metavar="REVISION", help="down to this one instead, with the loss of what is newer"
    )
    syncing = _command(commands, "sync", sync, "Print what differs from the catalogue, and change it.")
    syncing.add_argument("file", type=Path, help="{workshops, locations, seats, users, frontend}; - is standard input")
    syncing.add_argument("--dry-run", action="store_true", help="only print")
    adopting = _command(commands, "adopt", adopt, "Look for what an original's database leaked.")
    adopting.add_argument("--apply", action="store_true", help="repair it, and bring the tables to our form")
    comparing = _command(commands, "reconcile", reconcile, "Compare seats with what the backends say.")
    comparing.add_argument("file", type=Path, help="{location: {student: running}}; - is standard input")
    comparing.add_argument("--repair", action="store_true", help="mend what can be mended")
    tracing = _command(commands, "trace", trace, "Print what happened to a registration, and when.")
    tracing.add_argument("customer", type=int, help="its id")
    keeping.add(commands, _command)
    return top


def _services(commands: Any) -> None:
    serving = _command(commands, "serve", serve, "Serve the API.")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8021)
    serving.add_argument("--workers", type=int, default=2)
    serving.add_argument("--tls", metavar="FILE", help="certificate and key in one PEM file; plain HTTP without it")
    _command(commands, "lifecycle", lifecycle, "Send the mails and orders that are due; several may run.")


def _command(commands: Any, name: str, run: Command, said: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=said, description=said)
    made.set_defaults(run=run)
    return made


def serve(given: argparse.Namespace) -> int:
    from wod.api import serving

    serving.serve(given.config, given.host, given.port, given.workers, given.tls)
    return 0


def lifecycle(given: argparse.Namespace) -> int:
    from wod.api.lifecycle import run

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    run(config.load(given.config))
    return 0


def migrate(given: argparse.Namespace) -> int:
    from wod.api import database

    url = config.load(given.config).database
    if given.down and given.check:
        return int(database.is_above(url, given.down))
    if given.check:
        return int(database.pending(url))
    if given.down:
        if database.is_above(url, given.down):
            database.downgrade(url, given.down)
        return 0
    database.migrate(url, given.revision)
    return 0


def sync(given: argparse.Namespace) -> int:
    """Passwords are in the file, never among the arguments, and are not printed."""
    from wod.api import sync as catalogue

    wanted = _json(given.file)
    parts = (wanted["workshops"], wanted["locations"], int(wanted["seats"]), wanted.get("users", []))
    with _session(given) as session:
        changes = catalogue.plan(session, *parts, wanted.get("frontend", ""))
        _print(changes, "Nothing to change.")
        if not given.dry_run:
            catalogue.apply(session, changes)
            session.commit()
    return 0


def adopt(given: argparse.Namespace) -> int:
    from wod.api.adopt import adopt_database

    found = adopt_database(config.load(given.config).database, given.apply)
    _print(found, "Nothing to repair.")
    return int(bool(found) and not given.apply)


def reconcile(given: argparse.Namespace) -> int:
    from wod.api import reconcile as comparison

    with _session(given) as session:
        found = comparison.reconcile(session, _json(given.file), given.repair)
        session.commit()
    _print(found, "All agree.")
    return int(any(not (given.repair and each.act) for each in found))


def trace(given: argparse.Namespace) -> int:
    """Exit code 1 for a registration of which nothing is known."""
    from wod.api.lifecycle.trace import lines_of

    with _session(given) as session:
        found = lines_of(session, given.customer)
    _print(found, f"Nothing is known of a registration {given.customer}.")
    return int(not found)


@contextmanager
def _session(given: argparse.Namespace) -> Iterator[Session]:
    from wod.api import database

    engine = database.engine(config.load(given.config).database)
    try:
        with database.sessions(engine)() as session:
            yield session
    finally:
        engine.dispose()


def _json(path: Path) -> dict[str, Any]:
    """:class:`ValueError` for a file that holds no JSON object."""
    made = json.loads(sys.stdin.read() if str(path) == "-" else path.read_text())
    if not isinstance(made, dict):
        raise ValueError(f"{path} holds no JSON object")
    return made


def _print(found: Iterable[object], none: str) -> None:
    lines = [str(each) for each in found]
    print("\n".join(lines) or none)


def _sentence(error: Exception) -> str:
    """Without SQL, which SQLAlchemy would add."""
    cause = getattr(error, "orig", None) or error
    said = f"{cause} is missing" if isinstance(cause, KeyError) else str(cause)
    return said.strip().splitlines()[0] if said.strip() else type(cause).__name__


if __name__ == "__main__":
    sys.exit(main())
