"""What an api-db host has of PostgreSQL: its memory, its cluster's place, and what is in the server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

BEGIN_MARK = "# wod: changes between these lines are undone"
END_MARK = "# wod: end"
_MEMORY = f"awk '/^MemTotal:/ {{ print int($2 / 1024) }}' /proc/meminfo; echo {END}"
_CLUSTER = f"""
cluster=$1 configuration=$2 data=$3 port=$4
if [ -s "$data/PG_VERSION" ]; then echo made=yes; fi
if [ -n "$cluster" ]; then pg_lsclusters -h | awk -v port="$port" '$3 == port {{ print "holder=" $1 "/" $2 }}'; fi
if grep -Eqs "^ *include_dir *=? *'conf.d'" "$configuration/postgresql.conf"; then echo included=yes; fi
if [ "$(head -n 1 "$configuration/pg_hba.conf" 2>/dev/null)" = '{BEGIN_MARK}' ]; then
    sed -n '2,/^{END_MARK}$/s/^/access=/p' "$configuration/pg_hba.conf"
fi
echo {END}
"""
# As its own superuser over the socket, which needs no password. Nothing of a password's verifier leaves the host but
# what the protocol tells anybody who tries to log in (salt and iterations), and a digest of the whole.
_QUERY = """
SELECT json_build_object(
    'roles', (SELECT coalesce(json_object_agg(rolname, json_build_object(
        'login', rolcanlogin,
        'powers', rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls,
        'verifier', encode(sha256(convert_to(rolpassword, 'UTF8')), 'hex'),
        'salt', split_part(split_part(rolpassword, '$', 2), ':', 2),
        'iterations', split_part(split_part(rolpassword, '$', 2), ':', 1))), '{}')
        FROM pg_authid WHERE rolname IN (:'owner', :'tools')),
    'database', (SELECT json_build_object(
        'owner', pg_get_userbyid(datdba),
        'encoding', pg_encoding_to_char(encoding),
        'public', EXISTS (SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0))
        FROM pg_database WHERE datname = :'db'),
    'member', EXISTS (SELECT FROM pg_auth_members
        WHERE pg_get_userbyid(roleid) = :'owner' AND pg_get_userbyid(member) = :'tools'),
    'acts', EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
        WHERE datname = :'db' AND pg_get_userbyid(setrole) = :'tools' AND 'role=' || :'owner' = ANY (setconfig)));
"""
_DATABASE = f"""
cd /
PGOPTIONS='-c log_min_duration_statement=-1' runuser -u postgres -- \\
    psql -X -q -A -t -v ON_ERROR_STOP=1 -p "$1" -d postgres -v db="$2" -v owner="$3" -v tools="$4" <<'SQL'
{_QUERY}
SQL
echo {END}
"""


class Memory(FactBase):
    """The host's memory in MB, or ``None`` when it could not be read."""

    def command(self) -> StringCommand:
        return shell.script(_MEMORY)

    def process(self, output: list[str]) -> int | None:
        return read(output, lambda lines: int(lines[0]))


@dataclass(frozen=True)
class Cluster:
    """Whether the cluster was made, who holds its port (``15/main``; Debian only), our lines in pg_hba.conf.

    ``included`` says that postgresql.conf reads the drop-ins in conf.d.
    """

    made: bool = False
    holder: str = ""
    included: bool = False
    access: tuple[str, ...] = ()


class ClusterState(FactBase):
    """:class:`Cluster`, or ``None`` when it could not be read."""

    def command(self, cluster: str, configuration: str, data: str, port: int) -> StringCommand:
        return shell.script(_CLUSTER, cluster, configuration, data, port)

    def process(self, output: list[str]) -> Cluster | None:
        return read(output, parse_cluster)


def parse_cluster(lines: list[str]) -> Cluster:
    """Lines ``key=value``; ``access`` once per line of ours, and last their end mark."""
    pairs = [line.partition("=")[::2] for line in lines]
    values, access = dict(pairs), [value for key, value in pairs if key == "access"]
    whole = access[-1:] == [END_MARK]
    return Cluster(
        "made" in values, values.get("holder", ""), "included" in values, tuple(access[:-1] if whole else ())
    )


@dataclass(frozen=True)
class Role:
    """``verifier`` is the SHA-256 of the stored SCRAM verifier, with its ``salt`` and ``iterations``, or empty."""

    login: bool
    powers: bool = False
    verifier: str = ""
    salt: str = ""
    iterations: int = 0


@dataclass(frozen=True)
class Held:
    """A database: its owner, its encoding, and whether everybody may connect."""

    owner: str
    encoding: str = "UTF8"
    public: bool = False


@dataclass(frozen=True)
class Server:
    """``member``: the role for tools is one of the owner's; ``acts``: what it makes in the database is the owner's."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    database: Held | None = None
    member: bool = False
    acts: bool = False


class ServerState(FactBase):
    """:class:`Server`, or ``None`` when it could not be read: then the server does not run."""

    def command(self, port: int, database: str, owner: str, tools: str) -> StringCommand:
        return shell.script(_DATABASE, port, database, owner, tools)

    def process(self, output: list[str]) -> Server | None:
        return read(output, lambda lines: parse_server("".join(lines)))


def parse_server(text: str) -> Server:
    """The one JSON object that the query gives."""
    data = json.loads(text)
    database = data["database"]
    roles = {name: _role(**values) for name, values in data["roles"].items()}
    return Server(roles, Held(**database) if database else None, data["member"], data["acts"])


def _role(login: bool, powers: bool, verifier: str | None, salt: str | None, iterations: str | None) -> Role:
    return Role(login, powers, verifier or "", salt or "", int(iterations or 0) if (iterations or "0").isdigit() else 0)
