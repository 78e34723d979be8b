"""``~/.wod-install/credentials``: who may log in where, for the person who installed it and nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from wod import frontend
from wod.install.writing import replaced
from wod.settings import Settings
from wod.site import SiteHost

HEADER = "# Written by `wod install`: the credentials of the platform {group}. Keep them to yourself.\n"


def write(folder: Path, hosts: Sequence[SiteHost]) -> Path:
    """0600. Only what a host's role uses is told: a secret that it does not use is not made for its sake."""
    lines = dict.fromkeys(line for host in hosts for line in lines_of(host))
    path = folder / "credentials"
    replaced(path, HEADER.format(group=hosts[0].settings.group) + "".join(f"{line}\n" for line in lines))
    return path


def lines_of(host: SiteHost) -> Iterator[str]:
    settings = host.settings
    yield f"{settings.WODUSER} on {host.name}: no password; its SSH key is ~{settings.WODUSER}/.ssh/id_ed25519"
    if host.role == "api_db":
        yield _account("administrator of the API", settings, "WODAPIDBADMIN", "WODAPIDBADMINPWD")
        yield f"  the operator's page: {frontend.url(settings)}/operator/"
    if host.role in ("api_db", "backends"):
        yield _account("the backends' account at the API", settings, "WODFEAPIUSER", "WODFEAPIPWD")


def _account(title: str, settings: Settings, user: str, password: str) -> str:
    return f"{title}: {settings[user]} {settings[password].reveal()}"
