"""The cluster's configuration, and the role and the database of the API; what is in a database is never touched."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Iterator, Sequence

from pyinfra import host
from pyinfra.api import operation

from wod import shell
from wod.database import Layout
from wod.facts import ask
from wod.facts.postgresql import BEGIN_MARK, END_MARK, Cluster, ClusterState, Role, Server, ServerState
from wod.fleet import notes
from wod.operations import Commands
from wod.secrets import Secret

_MAKE = "postgresql-setup --initdb >&2"
_INCLUDE = """
mkdir -p "$1/conf.d"; chown postgres:postgres "$1/conf.d"; chmod 0700 "$1/conf.d"
printf "include_dir = 'conf.d'\\n" >> "$1/postgresql.conf"
"""
_ACCESS = f"""
new="$1.wod-new.$$"
umask 077
rm -f "$1".wod-new*
{{
    printf '%s\\n' '{BEGIN_MARK}'; cat; printf '%s\\n' '{END_MARK}'
    awk -v from='{BEGIN_MARK}' -v to='{END_MARK}' '
        $0 == from {{ ours = 1 }} !ours {{ print }} $0 == to {{ ours = 0 }}' "$1"
}} > "$new"
chown --reference="$1" "$new"; chmod --reference="$1" "$new"
mv -fT "$new" "$1"
"""
_SQL = 'cd /; exec runuser -u postgres -- psql -X -q -v ON_ERROR_STOP=1 -p "$1" -d postgres -f - >&2'
ITERATIONS = 4096
"""As PostgreSQL has it; the passwords are long and random."""


@operation()
def cluster(layout: Layout, port: int, access: Sequence[str]) -> Commands:
    """Keep the one cluster that we use: made, reading its drop-ins, with our lines before those of pg_hba.conf.

    + layout: where it is
    + port: the one that it listens on, or is to
    + access: lines for pg_hba.conf
    """
    parts = {"cluster": layout.cluster, "configuration": layout.configuration, "data": layout.data}
    state = ask(host, ClusterState, **parts, port=port)
    if state is None:
        yield shell.refuse("could not read the state of PostgreSQL's cluster")
        return
    reason = hindrance(layout, port, state)
    if reason:
        yield shell.refuse(reason)
        return
    changes = list(_mends(layout, state, access))
    if not changes:
        host.noop(f"the cluster in {layout.data} is as it should be")
    yield from changes


def hindrance(layout: Layout, port: int, state: Cluster) -> str:
    """Why nothing can be done: another cluster has the port, perhaps with the data of before an upgrade."""
    if layout.cluster and not state.made:
        new = layout.cluster.replace("/", " ")
        return f"the cluster {layout.cluster} is not there; make it by `pg_createcluster {new}`"
    if state.holder and state.holder != layout.cluster:
        old = state.holder.replace("/", " ")
        return (
            f"port {port} is the PostgreSQL cluster {state.holder}'s, not {layout.cluster}'s; if the data is in there, "
            f"move it by `pg_upgradecluster {old}`, else give WODPGPORT another port"
        )
    return ""


def _mends(layout: Layout, state: Cluster, access: Sequence[str]) -> Commands:
    if not state.made:
        yield shell.script(_MAKE)
    if not state.included:
        yield shell.script(_INCLUDE, layout.configuration)
    if tuple(access) != state.access:
        notes.say(f"{layout.access}: our lines are not as they should be")
        notes.written(layout.access)
        yield shell.script(_ACCESS, layout.access, stdin="\n".join(access))


@operation()
def database(port: int, database: str, owner: str, tools: tuple[str, str] | None = None) -> Commands:
    """Keep a role that logs in over the socket, its database, and perhaps a second role with a password.

    + port: the server's
    + database: its name
    + owner: the role, called as the account that it is
    + tools: name and password of a second role with the same rights
    """
    state = ask(host, ServerState, port=port, database=database, owner=owner, tools=tools[0] if tools else owner)
    if state is None:
        yield shell.refuse(
            "could not read PostgreSQL's roles; does it run? See `journalctl -u 'postgresql*'` on the host"
        )
        return
    reason = refusal(state, database, owner)
    if reason:
        yield shell.refuse(reason)
        return
    todo = statements(state, database, owner, tools)
    if not todo:
        host.noop(f"the database {database} is there, and {owner}'s")
        return
    for statement in todo:
        notes.say(statement.partition(" PASSWORD ")[0])
    text = "\n".join(["SET log_min_error_statement = panic;", *todo])
    yield shell.script(_SQL, port, stdin=Secret("statements", text))


def refusal(state: Server, name: str, owner: str) -> str:
    """Why the database that is there is not taken: it is somebody's, or its texts are not Unicode."""
    held = state.database
    if held and held.owner != owner:
        return (
            f"the database {name} is {held.owner}'s; name another one in WODPGDB, or give it away: "
            f"`ALTER DATABASE {_identifier(name)} OWNER TO {_identifier(owner)}`, and the tables in it"
        )
    if held and held.encoding != "UTF8":
        return f"the database {name} is in {held.encoding}, not UTF8; name another one in WODPGDB, and restore a dump"
    return ""


def statements(state: Server, name: str, owner: str, tools: tuple[str, str] | None) -> list[str]:
    """What makes roles and database right, none when they are. A new password's verifier is among them."""
    return [*_owner(state, owner), *_database(state, name, owner), *_tools(state, name, owner, tools)]


def _owner(state: Server, owner: str) -> Iterator[str]:
    role = state.roles.get(owner)
    if role is None:
        yield f"CREATE ROLE {_identifier(owner)} LOGIN;"
    elif not role.login or role.powers:
        yield _without_powers(owner)


def _without_powers(name: str) -> str:
    return f"ALTER ROLE {_identifier(name)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;"


def _database(state: Server, name: str, owner: str) -> Iterator[str]:
    if state.database is None:
        locale = "ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"  # whatever the host's own is
        yield f"CREATE DATABASE {_identifier(name)} OWNER {_identifier(owner)} TEMPLATE template0 {locale};"
    if state.database is None or state.database.public:
        yield f"REVOKE ALL ON DATABASE {_identifier(name)} FROM PUBLIC;"


def _tools(state: Server, name: str, owner: str, tools: tuple[str, str] | None) -> Iterator[str]:
    """A member of the owner, as whom it acts in the database: what it makes there is the owner's."""
    if tools is None:
        return
    role, password = state.roles.get(tools[0]), tools[1]
    as_tools = _identifier(tools[0])
    if role is None:
        yield f"CREATE ROLE {as_tools} LOGIN;"
    elif not role.login or role.powers:
        yield _without_powers(tools[0])
    if role is None or not knows(role, password):
        yield f"ALTER ROLE {as_tools} PASSWORD '{verifier(password, os.urandom(16))}';"
    if not state.member:
        yield f"GRANT {_identifier(owner)} TO {as_tools};"
    if not state.acts:
        yield f"ALTER ROLE {as_tools} IN DATABASE {_identifier(name)} SET role TO {_identifier(owner)};"


def knows(role: Role, password: str) -> bool:
    """Whether the role's password is this one, told without the server's saying what it has stored."""
    if not role.salt or not role.iterations:
        return False
    made = verifier(password, base64.b64decode(role.salt), role.iterations)
    return hmac.compare_digest(hashlib.sha256(made.encode()).hexdigest(), role.verifier)


def verifier(password: str, salt: bytes, iterations: int = ITERATIONS) -> str:
    """What PostgreSQL stores of a password (RFC 5803), so that the password itself never leaves the control node."""
    text = unicodedata.normalize("NFKC", password)
    salted = hashlib.pbkdf2_hmac("sha256", text.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    served = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(each).decode() for each in (salt, stored, served)]
    return f"SCRAM-SHA-256${iterations}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
