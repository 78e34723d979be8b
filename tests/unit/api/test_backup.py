"""Backups and restores with PostgreSQL's own programs on a real cluster."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.unit.api import databases
from tests.unit.api.site import configured
from wod.api import backup, config, database, libpq, restore
from wod.api.cli import main

NIGHT = datetime(2026, 11, 24, 2, 7, 0, tzinfo=timezone.utc)


def query(url: str, statement: str) -> list[object]:
    with databases.opened(url) as engine, engine.begin() as bind:
        result = bind.execute(text(statement))
        return list(result.scalars()) if result.returns_rows else []


@pytest.fixture
def url(database_url: str) -> str:
    """Our tables, with one workshop."""
    database.migrate(database_url)
    query(database_url, "INSERT INTO workshops (name, notebook, capacity) VALUES ('One', 'WKSHP-One', 5)")
    return database_url


def names(url: str) -> list[object]:
    return query(url, "SELECT name FROM workshops ORDER BY name")


def test_a_backup_is_the_accounts_alone_and_named_after_its_time(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "backups"
    made = [backup.make(url, folder, NIGHT).name for _ in range(3)]
    assert made == ["wod-20261124T020700Z.dump", "wod-20261124T020700Z-2.dump", "wod-20261124T020700Z-3.dump"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert [path.name for path in backup.backups(folder)] == made[::-1]
    assert "TABLE DATA public workshops" in backup.contents(folder / made[0])


def test_a_failed_backup_leaves_nothing_and_a_killed_ones_rest_is_cleared(url: str, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r'pg_dump failed: .*database "nothing" does not exist'):
        backup.make(f"postgresql+psycopg://wod@/nothing?{url.partition('?')[2]}", tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".partial-wod-20261123T020700Z.dump").write_text("half")
    made = backup.make(url, tmp_path, NIGHT)
    assert list(tmp_path.iterdir()) == [made]


def test_only_old_backups_of_ours_are_removed(url: str, tmp_path: Path) -> None:
    dump = backup.make(url, tmp_path, NIGHT).read_bytes()
    for day in range(1, 6):
        (tmp_path / f"wod-2026110{day}T020700Z.dump").write_bytes(dump)
    for other in ("wod.dump", "mine-20261101T020700Z.dump", "wod-20261101T020700Z.dump.txt"):
        (tmp_path / other).write_text("somebody's")
    gone = [path.name for path in backup.prune(tmp_path, 3)]
    assert gone == ["wod-20261103T020700Z.dump", "wod-20261102T020700Z.dump", "wod-20261101T020700Z.dump"]
    assert len(list(tmp_path.iterdir())) == 6
    assert backup.prune(tmp_path, 3) == []


def test_the_last_good_backup_is_never_removed(url: str, tmp_path: Path) -> None:
    backup.make(url, tmp_path, NIGHT)
    for day in (25, 26):
        (tmp_path / f"wod-202611{day}T020700Z.dump").write_text("damaged")
    with pytest.raises(RuntimeError, match="none of the newest 2 backups in"):
        backup.prune(tmp_path, 2)
    with pytest.raises(ValueError, match="keep at least one"):
        backup.prune(tmp_path, 0)
    assert len(backup.backups(tmp_path)) == 3


def test_a_restore_brings_everything_back_and_keeps_what_was_there(url: str, tmp_path: Path) -> None:
    made = backup.make(url, tmp_path, NIGHT)
    query(url, "UPDATE workshops SET name = 'Two'")
    query(url, "CREATE TABLE later (id serial); CREATE TYPE kind AS ENUM ('a')")
    query(url, "CREATE VIEW seen AS SELECT * FROM workshops; CREATE VIEW twice AS SELECT * FROM seen")
    before = restore.restore(url, made, tmp_path)
    assert names(url) == ["One"]
    assert query(url, "SELECT relname FROM pg_class WHERE relname IN ('later', 'later_id_seq', 'seen')") == []
    restore.restore(url, before, tmp_path)
    assert names(url) == ["Two"]
    assert query(url, "SELECT 1 FROM pg_class WHERE relname = 'later'") == [1]


def test_numbers_go_on_after_a_restore(url: str, tmp_path: Path) -> None:
    restore.restore(url, backup.make(url, tmp_path), tmp_path)
    query(url, "INSERT INTO workshops (name, notebook, capacity) VALUES ('Next', 'WKSHP-Next', 5)")
    assert query(url, "SELECT id FROM workshops ORDER BY id") == [1, 2]


def test_a_failed_restore_leaves_what_was_there(url: str, tmp_path: Path) -> None:
    """What lies outside the tables' schema is not ours to remove, so this dump does not fit."""
    query(url, "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.notes (id int)")
    made = backup.make(url, tmp_path, NIGHT)
    query(url, "UPDATE workshops SET name = 'Two'")
    with pytest.raises(RuntimeError, match=r"psql failed: .*schema .elsewhere. already exists"):
        restore.restore(url, made, tmp_path)
    assert names(url) == ["Two"]
    assert len(backup.backups(tmp_path)) == 2


@pytest.mark.parametrize("content", [b"", b"SELECT 1;\n", b"PGDMP"])
def test_what_is_no_whole_dump_is_refused_at_once(url: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.dump").write_bytes(content)
    with pytest.raises(ValueError, match=r"x.dump is no whole dump of `pg_dump -Fc`"):
        restore.restore(url, tmp_path / "x.dump", tmp_path)
    assert backup.backups(tmp_path) == []


def test_a_database_in_use_is_refused(url: str, tmp_path: Path) -> None:
    made = backup.make(url, tmp_path, NIGHT)
    with create_engine(url).connect() as bind:
        bind.execute(text("SELECT 1"))
        bind.commit()
        with pytest.raises(RuntimeError, match=r"in use by wod \(\d+\); stop wod-api and wod-lifecycle first"):
            restore.restore(url, made, tmp_path)
        restore.restore(url, made, tmp_path, force=True)
    assert names(url) == ["One"]


def test_the_password_is_in_the_environment_only(url: str) -> None:
    given = libpq.environment("postgresql+psycopg://wod:p%40ss@192.0.2.7:5433/site?sslmode=require")
    assert given == {
        "PGHOST": "192.0.2.7",
        "PGPORT": "5433",
        "PGUSER": "wod",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "site",
        "PGSSLMODE": "require",
        "PGAPPNAME": "wod-api",
    }


def configuration(folder: Path, url: str) -> list[str]:
    path = folder / "api.json"
    path.write_text(config.dump(configured(url)))
    return ["--config", str(path)]


def test_the_commands(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at, to = configuration(tmp_path, url), ["--folder", str(tmp_path / "backups")]
    assert main([*at, "backup", "--keep", "1", *to]) == 0
    made = capsys.readouterr().out.strip()
    assert main([*at, "backup", "--list", *to]) == 0
    assert capsys.readouterr().out.split() == [made, str((tmp_path / "backups" / made).stat().st_size)]
    query(url, "UPDATE workshops SET name = 'Two'")
    assert main([*at, "restore", made, *to]) == 0
    assert capsys.readouterr().out.startswith(f"Restored {made}. What was there before is in wod-")
    assert names(url) == ["One"]
    assert main([*at, "restore", "none.dump", *to]) == 2
    assert "there is no file" in capsys.readouterr().err


def test_an_older_releases_dump_is_brought_up(database_url: str, tmp_path: Path) -> None:
    database.migrate(database_url, database.ORIGINAL)
    backup.make(database_url, tmp_path / "backups", NIGHT)
    database.migrate(database_url)
    words = ["restore", "wod-20261124T020700Z.dump", "--folder", str(tmp_path / "backups")]
    assert main([*configuration(tmp_path, database_url), *words]) == 0
    assert "wod_outbox" in databases.tables(database_url)


def test_an_originals_dump_is_restored_and_to_be_adopted(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    databases.restore(database_url)
    path = backup.make(database_url, tmp_path / "backups", NIGHT)
    at = configuration(tmp_path, database_url)
    assert main([*at, "restore", str(path), "--folder", str(tmp_path / "backups")]) == 1
    assert "the data must be repaired first, by `wod-api adopt --apply`" in capsys.readouterr().err
    assert main([*at, "adopt", "--apply"]) == 0
    assert "wod_outbox" in databases.tables(database_url)


def test_a_newer_releases_dump_is_told(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query(url, "UPDATE alembic_version SET version_num = '9999'")
    path = backup.make(url, tmp_path / "backups", NIGHT)
    assert main([*configuration(tmp_path, url), "restore", str(path), "--folder", str(tmp_path / "backups")]) == 1
    assert "the database is of a newer release than this one" in capsys.readouterr().err


def test_a_plain_owner_may_restore(url: str, tmp_path: Path) -> None:
    """As on a server elsewhere: no superuser, no right to make databases."""
    name = f"plain_{abs(hash(url)) % 10**8}"
    own = url.replace("//wod@", f"//{name}@")
    database_name = own.partition("@/")[2].partition("?")[0]
    query(url, f"CREATE ROLE {name} LOGIN")
    try:
        query(url, f'ALTER DATABASE "{database_name}" OWNER TO {name}')
        made = backup.make(url, tmp_path, NIGHT)
        query(url, restore._EMPTY)
        restore.restore(own, made, tmp_path)
        restore.restore(own, made, tmp_path)
        assert names(own) == ["One"]
    finally:
        query(url, f'ALTER DATABASE "{database_name}" OWNER TO wod')
        query(url, f"DROP OWNED BY {name} CASCADE")
        query(url, f"DROP ROLE {name}")
