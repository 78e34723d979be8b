"""What the backends say of themselves (``PUT /api/backend/{location}``); a backend that is removed takes it along."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE wod_backends (
        location varchar(255) PRIMARY KEY REFERENCES locations (name) ON UPDATE CASCADE ON DELETE CASCADE,
        seen timestamptz NOT NULL, revision varchar(255), waiting integer NOT NULL, dead integer NOT NULL,
        running integer, letters jsonb NOT NULL)"""
    )


def downgrade() -> None:
    op.execute("DROP TABLE wod_backends")
