"""A dump takes the place of what is in the database: all of it or nothing, and what was there is backed up first."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from wod.api import backup, libpq

# What the dump does not have goes too: a newer release's tables would be in the way of the next migration. The names
# are gathered before the first one goes, and one goes with another (CASCADE), hence IF EXISTS. Extensions stay.
_EMPTY = """
SET lock_timeout = '30s';
SET client_min_messages = error;
DO $$
DECLARE
    command text;
    commands text[] := ARRAY(
        SELECT format('DROP %s IF EXISTS public.%I CASCADE', kind, relname)
        FROM pg_class JOIN (VALUES ('r', 'TABLE', 1), ('p', 'TABLE', 1), ('v', 'VIEW', 2), ('S', 'SEQUENCE', 3),
            ('m', 'MATERIALIZED VIEW', 2), ('f', 'FOREIGN TABLE', 2)) kinds (letter, kind, place) ON relkind = letter
        WHERE relnamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
        ORDER BY place, relname
    ) || ARRAY(
        SELECT format('DROP TYPE IF EXISTS public.%I CASCADE', typname) FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd') AND NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = pg_type.oid AND deptype = 'e')
    ) || ARRAY(
        SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', pg_proc.oid::regprocedure) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e'));
BEGIN
    FOREACH command IN ARRAY commands LOOP EXECUTE command; END LOOP;
END $$;
"""
# Whoever had it where the dump was made: here it is the API's.
_STATEMENTS = ("pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--file=-")
_IN_ONE_TRANSACTION = ("psql", "-X", "--quiet", "--no-password", "--single-transaction", "--set=ON_ERROR_STOP=1")


def restore(url: str, path: Path, folder: Path = backup.FOLDER, force: bool = False) -> Path:
    """Put a dump in the place of everything; return the backup that was made of what was there.

    When it fails, everything is as it was. :class:`RuntimeError` while others are connected, unless ``force``.
    """
    backup.contents(path)
    others = connections(url)
    if others and not force:
        used = ", ".join(others)
        raise RuntimeError(f"the database is in use by {used}; stop wod-api and wod-lifecycle first, or say --force")
    before = backup.make(url, folder)
    with tempfile.TemporaryFile() as statements:
        statements.write(_EMPTY.encode())
        statements.flush()
        libpq.run(*_STATEMENTS, str(path.resolve()), url=url, stdout=statements)
        statements.seek(0)
        libpq.run(*_IN_ONE_TRANSACTION, url=url, stdin=statements, stdout=subprocess.DEVNULL)
    return before


def connections(url: str) -> list[str]:
    """``role (process)`` of the others that are connected to the database, the server's own workers not counted."""
    query = """SELECT usename || ' (' || pid || ')' FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL ORDER BY pid"""
    with create_engine(url, poolclass=NullPool).connect() as bind:
        return list(bind.scalars(text(query)))
