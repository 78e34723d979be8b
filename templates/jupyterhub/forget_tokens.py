"""Managed by wod. Before the Hub starts: forget the tokens that its configuration gave to the service admintk.

The Hub adds the token that it finds in its configuration to its database and never takes one away, so that each former
WODBETOKEN would be good for ever. The one that is valid now comes back at once.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

FORGET = """
DELETE FROM api_tokens
WHERE note = 'from config' AND service_id IN (SELECT id FROM services WHERE name = 'admintk')
"""

path = Path(sys.argv[1])
if path.exists():
    with closing(sqlite3.connect(path, timeout=30)) as database, database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if {"api_tokens", "services"} <= tables:  # a Hub that was killed while it made its database has neither
            database.execute(FORGET)
