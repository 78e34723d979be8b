"""What the postgresql module decides, purely: where the distribution has its files, how the API connects, who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from wod.facts.platform import Platform
from wod.secrets import Secret
from wod.settings import Settings

ROLE = "wod-api"
"""The API's role in the database, and its account on the host: over the socket the one is the other's proof."""
SOCKET = "/var/run/postgresql"
SUPERUSER = "postgres"
"""The server's own role; as WODPGUSER, the original's default, it means that nobody needs a password."""
PORT = 5432
BACKUPS = "/var/lib/wod-api/backups"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_VERSIONS = {("debian", 12): 15, ("debian", 13): 17, ("ubuntu", 22): 14, ("ubuntu", 24): 16}
"""Which PostgreSQL the Debian family's releases come with; its folders have the number in their names."""
_BUFFERS = ((32768, 2048), (16384, 1024), (8192, 512), (2048, 256))
"""From so many MB of memory on, so many MB of shared_buffers; the host has the API to run, too."""


@dataclass(frozen=True)
class Layout:
    """Where a distribution keeps the one cluster that we use; ``cluster`` is Debian's name for it, or empty."""

    cluster: str
    configuration: str
    data: str
    programs: str
    unit: str

    @property
    def drop_in(self) -> str:
        return f"{self.configuration}/conf.d/90-wod.conf"

    @property
    def access(self) -> str:
        return f"{self.configuration}/pg_hba.conf"

    @property
    def check(self) -> str:
        """A command that reads the whole configuration as the server would, and changes nothing."""
        return f"{self.programs}/postgres -C port -D {self.configuration} >/dev/null"


def layout_of(platform: Platform) -> Layout | None:
    """``None`` for a release of which we do not know which PostgreSQL it has."""
    if platform.family == "rhel":
        data = "/var/lib/pgsql/data"
        return Layout("", data, data, "/usr/bin", "postgresql.service")
    version = _VERSIONS.get((platform.id, platform.major))
    if version is None:
        return None
    return Layout(
        f"{version}/main",
        f"/etc/postgresql/{version}/main",
        f"/var/lib/postgresql/{version}/main",
        f"/usr/lib/postgresql/{version}/bin",
        f"postgresql@{version}-main.service",
    )


def is_local(settings: Settings) -> bool:
    """Whether the database is on the API's own host, and so ours to install and keep."""
    return settings.WODPGHOST in _LOCAL


def packages_for(settings: Settings, platform: Platform) -> list[str]:
    """The server with its programs, or only what dumps and restores a database elsewhere."""
    server, client = {
        "debian": (("postgresql", "postgresql-client"), "postgresql-client"),
        "rhel": (("postgresql", "postgresql-server"), "postgresql"),
    }[platform.family]
    return list(server) if is_local(settings) else [client]


def url_of(settings: Settings) -> str:
    """The SQLAlchemy URL for :class:`wod.api.config.Api`; it may hold a password: for stdin and 0640 files only."""
    name = quote(settings.WODPGDB, safe="")
    if is_local(settings):
        return f"postgresql+psycopg://{ROLE}@/{name}?host={SOCKET}&port={settings.WODPGPORT}"
    host = f"[{settings.WODPGHOST}]" if ":" in settings.WODPGHOST else settings.WODPGHOST
    secret = settings.WODPGPASSWD
    password = secret.reveal() if isinstance(secret, Secret) else str(secret or "")
    login = quote(settings.WODPGUSER, safe="") + (f":{quote(password, safe='')}" if password else "")
    return f"postgresql+psycopg://{login}@{host}:{settings.WODPGPORT}/{name}"


def second_role(settings: Settings) -> tuple[str, str] | None:
    """``(name, password)`` of the role for an operator's own tools, if WODPGUSER names one."""
    if settings.WODPGUSER in (SUPERUSER, ROLE):
        return None
    secret = settings.WODPGPASSWD
    return settings.WODPGUSER, secret.reveal() if isinstance(secret, Secret) else str(secret or "")


def drop_in_values(settings: Settings, memory: int) -> Mapping[str, object]:
    """What ``postgresql/wod.conf.j2`` is given; ``memory`` is the host's in MB."""
    return {
        "listen": ", ".join(settings.WODPGLISTEN),
        "port": settings.WODPGPORT if settings.WODPGPORT != PORT else None,
        "buffers": shared_buffers(memory),
    }


def shared_buffers(memory: int) -> int:
    """Megabytes, in a few steps, so that a host whose memory differs a little from boot to boot is left alone."""
    return next((buffers for least, buffers in _BUFFERS if memory >= least), 128)


def access_lines(settings: Settings) -> list[str]:
    """Our lines of pg_hba.conf, before the distribution's: the first that fits decides."""
    lines = [f"local {_name(SUPERUSER)} {_name(SUPERUSER)} peer", f"local {_name(settings.WODPGDB)} {_name(ROLE)} peer"]
    role = second_role(settings)
    if role:
        of = f"{_name(settings.WODPGDB)} {_name(role[0])}"
        lines += [f"local {of} scram-sha-256", f"host {of} all scram-sha-256"]
    return lines


def _name(text: str) -> str:
    """Quoted, so that no name is read as a keyword such as ``all``."""
    return '"' + text.replace('"', '""') + '"'
