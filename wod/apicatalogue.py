"""What ``wod-api sync`` is told: workshops of the content, backends of the inventory, accounts of the settings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from wod import bundles, repos
from wod.apisettings import portal_of
from wod.contentcheck import refusals
from wod.errors import BadInput, WodError
from wod.repos import Fetched
from wod.secrets import Secret
from wod.settings import Settings
from wod.site import SiteHost
from wod.sources import PRIVATE, sources_of

HOOKS = "WODBEREPO"


def catalogue(settings: Settings, hosts: Iterable[SiteHost]) -> Secret:
    """The JSON for standard input: ``{workshops, locations, seats, users, frontend}``, passwords included.

    ``settings`` are the api-db host's, ``hosts`` all those of the site. :class:`WodError` with a sentence per line when
    the content cannot be had, or has errors for which no backend would get it.
    """
    fetched = [repos.fetch(source) for source in sources_of(settings)]
    reasons = refusals(settings, fetched)
    if reasons:
        raise WodError("\n".join(reasons))
    backends = backends_of(hosts)
    wanted = {
        "workshops": workshops(fetched),
        "locations": [location(each.settings) for each in backends],
        "seats": max((each.settings.USERMAX for each in backends), default=settings.USERMAX),
        "users": users(settings),
        "frontend": portal_of(settings),
    }
    return Secret("catalogue", json.dumps(wanted, sort_keys=True))


def workshops(fetched: Sequence[Fetched]) -> list[dict[str, Any]]:
    """Every workshop's ``wod.yml``, without the path on this machine; private ones replace public ones."""
    from wod.workshops import read_all  # late: it takes a while to import

    trees = {each.source.name: bundles.tree(each) for each in fetched if each.source.name != HOOKS}
    private = trees.pop(PRIVATE, None)
    roots: list[Path] = [*trees.values(), *([private] if private else [])]
    found = read_all(*roots) if roots else []
    return [{key: value for key, value in each.as_data().items() if key != "path"} for each in found]


def backends_of(hosts: Iterable[SiteHost]) -> list[SiteHost]:
    """In the order of their numbers: new workshops go to the first."""
    return sorted((each for each in hosts if each.role == "backends"), key=lambda each: each.declared.number or 0)


def location(settings: Settings) -> dict[str, Any]:
    """A backend as participants' browsers reach it; its students USERMIN to USERMAX."""
    return {
        "name": settings.WODBEEXTFQDN,
        "proto": settings.WODBEEXTPROTO,
        "port": str(settings.WODBEEXTPORT),
        "basestdid": settings.BASESTDID,
        "first": settings.USERMIN,
        "last": settings.USERMAX,
    }


def users(settings: Settings) -> list[dict[str, Any]]:
    """The site's own two accounts; others in the database are left alone."""
    administrator, moderator = settings.WODAPIDBADMIN, settings.WODFEAPIUSER
    if administrator == moderator:
        raise BadInput(f"WODAPIDBADMIN and WODFEAPIUSER are both {moderator}; give each account a name of its own")
    return [
        _user(moderator, settings.WODFEAPIPWD, "moderator"),
        _user(administrator, settings.WODAPIDBADMINPWD, "admin"),
    ]


def _user(name: str, password: Secret, role: str) -> dict[str, Any]:
    return {"username": name, "password": password.reveal(), "roles": ["user", role]}
