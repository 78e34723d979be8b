"""Our tables, and what the original never asked of its own: unique seats, known states, defaults, indexes.

Fails on data that the original leaked; :mod:`wod.api.adopt` repairs it first. All of it can be taken back.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_TIMED = ("workshops", "students", "locations", "customers", "users", "roles", "user_roles")

_OPEN = "\"lastEmailSent\" IS NULL OR \"lastEmailSent\" NOT IN ('expired', 'error')"

_CHECKS = {
    "workshops": {
        "workshops_capacity_check": "capacity >= 0",
        "workshops_range_check": "range IS NULL OR (cardinality(range) = 2 AND 1 <= range[1] AND range[1] <= range[2])",
    },
    "customers": {
        "customers_state_check": "\"lastEmailSent\" IN ('welcome', 'credentials', 'expiring', 'unregister',"
        " 'expired', 'error')",
    },
}

_INDEXES = {
    "students_seat": "UNIQUE INDEX {} ON students (location, username)",
    "students_free": "INDEX {} ON students (location, id) WHERE NOT assigned",
    # A registration that is over keeps its studentId; until its teardown is done, students.assigned guards the seat.
    "customers_one_per_seat": f'UNIQUE INDEX {{}} ON customers ("studentId") WHERE {_OPEN}',
    "customers_open": f'INDEX {{}} ON customers ("sessionName") WHERE {_OPEN}',
    "customers_email": "INDEX {} ON customers (lower(email))",
    "users_username": "UNIQUE INDEX {} ON users (username)",
    "locations_name": "UNIQUE INDEX {} ON locations (name)",
    "wod_trace_customer": "INDEX {} ON wod_trace (customer_id, moment)",
    "wod_outbox_due": "INDEX {} ON wod_outbox (due) WHERE sent IS NULL",
}

_OWN = (
    """wod_trace (
        id bigserial PRIMARY KEY, customer_id integer, moment timestamptz NOT NULL DEFAULT now(),
        event text NOT NULL, detail text DEFAULT '')""",
    """wod_outbox (
        id bigserial PRIMARY KEY, customer_id integer, kind text NOT NULL CHECK (kind IN ('mail', 'order')),
        recipient text NOT NULL, payload jsonb NOT NULL, key text NOT NULL UNIQUE,
        created timestamptz NOT NULL DEFAULT now(), due timestamptz NOT NULL DEFAULT now(),
        tries integer NOT NULL DEFAULT 0, sent timestamptz, error text)""",
    """wod_catalogue (
        workshop_id integer PRIMARY KEY REFERENCES workshops (id) ON DELETE CASCADE,
        places integer NOT NULL CHECK (places >= 0), retired timestamptz)""",
)


def upgrade() -> None:
    for table in _OWN:
        op.execute(f"CREATE TABLE {table}")
    for table in _TIMED:
        op.execute(f'ALTER TABLE {table} ALTER "createdAt" SET DEFAULT now(), ALTER "updatedAt" SET DEFAULT now()')
    _student_key("ON UPDATE CASCADE")  # a seat may get another number when USERMAX changes
    for table, checks in _CHECKS.items():
        for name, condition in checks.items():
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})")
    for name, definition in _INDEXES.items():
        op.execute(f"CREATE {definition.format(name)}")


def downgrade() -> None:
    """Without our tables, so that mails and orders not sent yet are lost: let the life cycle finish first.

    The defaults stay: they harm nobody, and tables that revision 0001 made have had them from the start.
    """
    for name in _INDEXES:
        op.execute(f"DROP INDEX {name}")
    for table, checks in _CHECKS.items():
        for name in checks:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    _student_key("")
    for table in reversed(_OWN):
        op.execute(f"DROP TABLE {table.split()[0]}")


def _student_key(behaviour: str) -> None:
    """PostgreSQL, asked by the original's or by our CREATE TABLE, calls it so in both."""
    op.execute('ALTER TABLE customers DROP CONSTRAINT "customers_studentId_fkey"')
    op.execute(
        'ALTER TABLE customers ADD CONSTRAINT "customers_studentId_fkey"'
        f' FOREIGN KEY ("studentId") REFERENCES students (id) {behaviour}'
    )
