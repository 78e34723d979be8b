"""Which hosts of a site are meant: by name, pattern or role."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase

from wod.errors import BadInput
from wod.inventory import SiteHost, plain_name
from wod.site import Site

ROLES = ("api_db", "backends", "frontends")
"""Roles that have something to roll out, in the order of roll-out: the portal asks the API."""


def select(site: Site, limits: Iterable[str] = ()) -> list[SiteHost]:
    """The hosts that ``limits`` name, all without one, each once, by role and then as in the inventory.

    A limit is a host's name, a pattern (``be*``), a role (``backends``), or several with commas between them;
    :class:`BadInput` for one that fits no host.
    """
    able = [host for host in site.hosts if host.role in ROLES and host.managed]
    words = [word.strip() for limit in limits for word in limit.split(",") if word.strip()]
    chosen = {host.name for word in words for host in _matching(able, word)} if words else {h.name for h in able}
    return sorted((host for host in able if host.name in chosen), key=lambda host: ROLES.index(host.role))


def _matching(hosts: list[SiteHost], word: str) -> list[SiteHost]:
    found = [host for host in hosts if any(fnmatchcase(name, word) for name in _names(host))]
    if found:
        return found
    near = get_close_matches(word, [name for host in hosts for name in _names(host)], 1)
    mend = f"did you mean {near[0]}?" if near else f"it has {', '.join(host.name for host in hosts)}"
    raise BadInput(f"{word} fits no host of this inventory; {mend}")


def _names(host: SiteHost) -> tuple[str, ...]:
    return host.name, plain_name(host.declared), host.role
