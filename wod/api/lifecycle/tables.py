"""The life cycle's own tables, as ``wod/api/migrations`` makes them: what is to be sent, and what happened.

A row of the outbox is settled when ``sent`` is set: it was taken, or, with an ``error``, given up.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()
_MOMENT = DateTime(timezone=True)

OUTBOX = Table(
    "wod_outbox",
    METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("customer_id", Integer),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("created", _MOMENT, nullable=False, server_default=func.now()),
    Column("due", _MOMENT, nullable=False, server_default=func.now()),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("sent", _MOMENT),
    Column("error", Text),
)
TRACE = Table(
    "wod_trace",
    METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("customer_id", Integer),
    Column("moment", _MOMENT, nullable=False, server_default=func.now()),
    Column("event", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
)
