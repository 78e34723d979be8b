"""The database's decisions: where, which packages, how to connect; and what an operation makes of a server's state."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.unit.api.postgres import cluster, database_url
from wod import database
from wod.errors import ProblemsFound
from wod.facts.platform import Platform
from wod.facts.postgresql import _QUERY, Cluster, Held, Role, Server, parse_cluster, parse_server
from wod.operations import postgresql
from wod.settings import Settings, load

__all__ = ["cluster", "database_url"]
DEBIAN = Platform("debian", "12", "debian")
ROCKY = Platform("rocky", "9.4", "rhel")
LAYOUT = database.layout_of(DEBIAN)
DATABASE = "workshops-on-demand"
RIGHT = Server({"wod-api": Role(login=True)}, Held("wod-api"))


def settings(folder: Path, **values: object) -> Settings:
    (folder / "group_vars").mkdir(exist_ok=True)
    return load(folder, "test", override=values)


@pytest.mark.parametrize(
    ("platform", "place", "unit"),
    [
        (DEBIAN, "/etc/postgresql/15/main", "postgresql@15-main.service"),
        (Platform("debian", "13", "debian"), "/etc/postgresql/17/main", "postgresql@17-main.service"),
        (Platform("ubuntu", "24.04", "debian"), "/etc/postgresql/16/main", "postgresql@16-main.service"),
        (ROCKY, "/var/lib/pgsql/data", "postgresql.service"),
    ],
)
def test_each_distribution_has_its_places(platform: Platform, place: str, unit: str) -> None:
    layout = database.layout_of(platform)
    assert layout
    assert (layout.configuration, layout.unit) == (place, unit)
    assert layout.drop_in == f"{place}/conf.d/90-wod.conf"


def test_an_unknown_release_has_none() -> None:
    assert database.layout_of(Platform("debian", "14", "debian")) is None


def test_over_the_socket_nobody_needs_a_password(tmp_path: Path) -> None:
    url = make_url(database.url_of(settings(tmp_path)))
    assert (url.username, url.password, url.host, url.database) == ("wod-api", None, None, DATABASE)
    assert dict(url.query) == {"host": "/var/run/postgresql", "port": "5432"}


@pytest.mark.parametrize("host", ["db.example.org", "2001:db8::7"])
def test_elsewhere_it_is_the_settings_account(tmp_path: Path, host: str) -> None:
    given = settings(tmp_path, WODPGHOST=host, WODPGPORT=5433, WODPGUSER="site", WODPGPASSWD="p@s s/:?", WODPGDB="wod")
    url = make_url(database.url_of(given))
    assert (url.username, url.password, url.host, url.port) == ("site", "p@s s/:?", host, 5433)
    assert not database.is_local(given)
    assert database.packages_for(given, DEBIAN) == ["postgresql-client"]
    assert database.packages_for(given, ROCKY) == ["postgresql"]


def test_memory_decides_in_steps() -> None:
    assert [database.shared_buffers(mb) for mb in (0, 1900, 4000, 7900, 8300, 64000)] == [128, 128, 256, 256, 512, 2048]


def test_who_gets_in(tmp_path: Path) -> None:
    assert database.access_lines(settings(tmp_path))[1:] == [f'local "{DATABASE}" "wod-api" peer']
    tools = database.access_lines(settings(tmp_path, WODPGUSER="tools"))
    assert tools[-1] == f'host "{DATABASE}" "tools" all scram-sha-256'


@pytest.mark.parametrize(
    ("name", "value"), [("WODPGDB", 'a"b'), ("WODPGUSER", "-x"), ("WODPGLISTEN", "a'b"), ("WODBACKUPKEEP", 0)]
)
def test_what_no_server_would_take_is_refused(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(ProblemsFound, match=name):
        settings(tmp_path, **{name: value})


def test_the_clusters_state_is_read() -> None:
    mark = "access=# wod: end"
    lines = ["made=yes", "holder=15/main", "included=yes", 'access=local "a" "b" peer', mark]
    assert parse_cluster(lines) == Cluster(True, "15/main", True, ('local "a" "b" peer',))
    assert parse_cluster([each for each in lines if each != mark]).access == ()


def test_another_clusters_port_is_refused() -> None:
    assert LAYOUT
    assert postgresql.hindrance(LAYOUT, 5432, Cluster(True, "15/main")) == ""
    assert "pg_upgradecluster 13 main" in postgresql.hindrance(LAYOUT, 5432, Cluster(True, "13/main"))
    assert "pg_createcluster 15 main" in postgresql.hindrance(LAYOUT, 5432, Cluster(False))


def test_somebody_elses_database_is_refused() -> None:
    assert postgresql.refusal(RIGHT, DATABASE, "wod-api") == ""
    others = postgresql.refusal(Server(database=Held("postgres")), DATABASE, "wod-api")
    assert "is postgres's; name another one in WODPGDB" in others
    assert "not UTF8" in postgresql.refusal(Server(database=Held("wod-api", "SQL_ASCII")), DATABASE, "wod-api")


def statements(state: Server, tools: tuple[str, str] | None = None) -> list[str]:
    return postgresql.statements(state, DATABASE, "wod-api", tools)


def test_a_server_in_order_is_left_alone() -> None:
    assert statements(RIGHT) == []
    assert [each.split()[0] for each in statements(Server())] == ["CREATE", "CREATE", "REVOKE"]
    assert statements(Server({"wod-api": Role(True, powers=True)}, Held("wod-api", public=True))) == [
        'ALTER ROLE "wod-api" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;',
        f'REVOKE ALL ON DATABASE "{DATABASE}" FROM PUBLIC;',
    ]


def test_no_password_is_in_a_statement() -> None:
    assert "hunter2" not in "".join(statements(RIGHT, ("tools", "hunter2")))


def test_a_real_server_is_told_once(database_url: str, cluster: Path) -> None:
    """The fact's own query and the statements, on a server; only who runs psql is another."""
    name, tools = "wod own", ("tools-of-mine", "hunter2 ü")

    def state() -> Server:
        words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(cluster), "-U", "wod", "-d", "postgres"]
        words += ["-v", f"db={name}", "-v", "owner=wod-api", "-v", f"tools={tools[0]}"]
        done = subprocess.run(words, input=_QUERY, capture_output=True, text=True, check=True)
        return parse_server(done.stdout)

    def mend(password: str) -> list[str]:
        told = postgresql.statements(state(), name, "wod-api", (tools[0], password))
        with psycopg.connect(host=str(cluster), user="wod", dbname="postgres", autocommit=True) as server:
            for each in told:
                server.execute(each.encode())
        return told

    try:
        assert len(mend(tools[1])) == 7
        assert mend(tools[1]) == []
        assert state().database == Held("wod-api")
        assert [each.split("'")[0] for each in mend("another")] == ['ALTER ROLE "tools-of-mine" PASSWORD ']
        assert mend("another") == []
    finally:
        with psycopg.connect(host=str(cluster), user="wod", dbname="postgres", autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())
            server.execute(b'DROP ROLE IF EXISTS "tools-of-mine"; DROP ROLE IF EXISTS "wod-api"')
