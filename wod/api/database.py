"""The database: connections, migrations, the catalogue's table, and what "holds a seat" means, said once.

The original's tables are in :mod:`wod.api.models`, the life cycle's in :mod:`wod.api.lifecycle.tables`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from wod.api.models import Customer

ORIGINAL, HEAD = "0001", "head"
"""The revision that has the original's tables and no more, and the newest one."""

CLOSED = ("expired", "error")
"""The states in which a registration is over; its seat comes back when the backend has cleaned it."""

STATES = ("welcome", "credentials", "expiring", "unregister", *CLOSED)
"""What lastEmailSent may be, besides NULL (contract section 4)."""

_LOCK = 0x776F64  # "wod": one migration at a time in this database
_PATIENCE = "30s"  # a migration that waits for a busy table makes everything behind it wait too

OWN = MetaData()
catalogue = Table(
    "wod_catalogue",
    OWN,
    Column("workshop_id", Integer, primary_key=True),
    Column("places", Integer, nullable=False),
    Column("retired", DateTime(timezone=True)),
)
"""Per workshop: how many places its author offers, and since when it is no longer in the content repositories."""

backends = Table(
    "wod_backends",
    OWN,
    Column("location", String(255), primary_key=True),
    Column("seen", DateTime(timezone=True), nullable=False),
    Column("revision", String(255)),
    Column("waiting", Integer, nullable=False),
    Column("dead", Integer, nullable=False),
    Column("running", Integer),
    Column("letters", JSONB, nullable=False),
)
"""Per backend: what it said of itself last, and when; ``letters`` are its dead ones."""


class NewerRelease(RuntimeError):
    """The database is of a release that this one does not know."""


class NotAdopted(RuntimeError):
    """The data is not fit for our constraints; ``wod-api adopt`` mends it."""


def engine(url: str) -> Engine:
    """An engine for ``postgresql+psycopg://…``; a connection that died is noticed before it is used."""
    return create_engine(url, pool_pre_ping=True)


def sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


def holds_seat() -> ColumnElement[bool]:
    """Whether a registration is open. An open one keeps its seat, whatever ``students.assigned`` says."""
    return or_(Customer.last_email_sent.is_(None), Customer.last_email_sent.not_in(CLOSED))


def migrate(url: str, revision: str = HEAD) -> None:
    """Up to ``revision``; two at once wait for each other.

    :class:`NotAdopted` for leaky data, :class:`NewerRelease` for what this one does not know; nothing changed then.
    """
    with _connected(url) as bind, bind.begin():
        upgrade(bind, revision)


def pending(url: str) -> bool:
    """Whether :func:`migrate` has something to do."""
    with _connected(url) as bind:
        context = MigrationContext.configure(bind)
        return set(context.get_current_heads()) != set(ScriptDirectory.from_config(_config(bind)).get_heads())


def is_above(url: str, revision: str) -> bool:
    """Whether the database has migrations after ``revision``, which must be one of this release's."""
    with _connected(url) as bind:
        known = [each.revision for each in ScriptDirectory.from_config(_config(bind)).walk_revisions()]
        if revision not in known:
            raise NewerRelease(f"this release has no migration {revision}")
        heads = MigrationContext.configure(bind).get_current_heads()
    if not set(heads) <= set(known):
        raise NewerRelease(f"the database is of a newer release than this one ({', '.join(heads)})")
    return any(known.index(head) < known.index(revision) for head in heads)


def downgrade(url: str, revision: str) -> None:
    """Down to ``revision``, or ``base``: the original's tables stay, with their data; only ours go."""
    with _connected(url) as bind, bind.begin():
        _lock(bind)
        command.downgrade(_config(bind), revision)


def upgrade(bind: Connection, revision: str = HEAD) -> None:
    """As :func:`migrate`, within the caller's transaction."""
    _lock(bind)
    try:
        command.upgrade(_config(bind), revision)
    except CommandError as problem:
        raise NewerRelease(
            f"the database is of a newer release than this one ({problem}); install that, or restore an older backup"
        ) from problem
    except (IntegrityError, DataError) as problem:
        reason = str(problem.orig).strip().splitlines()[0]
        raise NotAdopted(f"the data must be repaired first, by `wod-api adopt --apply`: {reason}") from problem


def _connected(url: str) -> Connection:
    return create_engine(url, poolclass=NullPool).connect()


def _lock(bind: Connection) -> None:
    bind.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    bind.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))


def _config(bind: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = bind
    return config
