"""How old what was sent is, and what happened: so that looking for what may go costs nothing (lifecycle/prune.py)."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_INDEXES = {"wod_outbox_sent": "wod_outbox (sent)", "wod_trace_moment": "wod_trace (moment)"}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")


def downgrade() -> None:
    for name in _INDEXES:
        op.execute(f"DROP INDEX {name}")
