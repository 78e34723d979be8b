"""The original's tables (contract section 2), where they are not there yet.

A restored dump of the original has them and is left as it is; ``user_roles`` it may lack, since there only the running
API makes it.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_TIMES = '"createdAt" timestamptz DEFAULT now(), "updatedAt" timestamptz NOT NULL DEFAULT now()'

_TABLES = (
    f"""workshops (
        id serial PRIMARY KEY, name varchar(255), notebook varchar(255), description text,
        active boolean NOT NULL DEFAULT false, capacity integer, priority integer, range integer[],
        reset boolean NOT NULL DEFAULT false, ldap boolean NOT NULL DEFAULT false,
        "sessionId" integer, "sessionType" varchar(255), location varchar(255), avatar varchar(255),
        role varchar(255), "preRequisite" text, "replayLink" text, compile varchar(255),
        varpass boolean NOT NULL DEFAULT false, "replayId" integer, "workshopImg" varchar(255),
        "badgeImg" varchar(255), monoappliance boolean DEFAULT false, multiappliance boolean DEFAULT false,
        beta boolean DEFAULT false, category text[], "alternateLocation" text[], duration integer DEFAULT 4,
        presenter varchar(255), {_TIMES})""",
    f"""students (
        id serial PRIMARY KEY, url varchar(255), username varchar(255), password varchar(255),
        assigned boolean NOT NULL DEFAULT false, location varchar(255), {_TIMES})""",
    f"""locations (
        id serial PRIMARY KEY, name varchar(255), basestdid integer, proto varchar(255), port varchar(255),
        {_TIMES})""",
    f"""customers (
        id serial PRIMARY KEY, name varchar(255), email varchar(255), company varchar(255),
        "sessionName" varchar(255), "sessionType" varchar(255), location varchar(255), notebook varchar(255),
        active boolean NOT NULL DEFAULT false, cleaned boolean NOT NULL DEFAULT false, "lastEmailSent" varchar(255),
        hours integer, "startDate" timestamptz NOT NULL, "endDate" timestamptz NOT NULL,
        "studentId" integer REFERENCES students (id), proxy varchar(255), "specialBadgeId" integer,
        "completionPercentage" integer DEFAULT 0, {_TIMES})""",
    f"""users (
        id serial PRIMARY KEY, username varchar(255), email varchar(255), password varchar(255),
        "roleId" integer REFERENCES users (id), {_TIMES})""",
    f"""roles (
        id serial PRIMARY KEY, name varchar(255), "userId" integer REFERENCES roles (id), {_TIMES})""",
    f"""user_roles (
        "roleId" integer REFERENCES roles (id) ON UPDATE CASCADE ON DELETE CASCADE,
        "userId" integer REFERENCES users (id) ON UPDATE CASCADE ON DELETE CASCADE,
        {_TIMES}, PRIMARY KEY ("roleId", "userId"))""",
    """special_badges (
        id serial PRIMARY KEY, name varchar(255), title varchar(255), description varchar(255),
        "badgeImg" varchar(255), "createdAt" timestamptz DEFAULT now(), "updatedAt" text)""",
)


def upgrade() -> None:
    for table in _TABLES:
        op.execute(f"CREATE TABLE IF NOT EXISTS {table}")


def downgrade() -> None:
    """Nothing: these tables are the original's, and what is in them is people's."""
