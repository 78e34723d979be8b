"""What is to be installed: the flags, parsed and checked, with the article's defaults filled in."""

from __future__ import annotations

from dataclasses import dataclass

from wod.endpoint import Endpoint

KINDS = {"backend": "backends", "api-db": "api_db", "frontend": "frontends", "appliance": "appliances"}
"""-t → the role in the inventory."""
ALL = ""
"""Instead of a type: every host that is named, over SSH."""
GROUP = "production"
WEB_PORT, API_PORT, PROTO = 8000, 8021, "http"


@dataclass(frozen=True)
class Flags:
    """The flags as they were typed; an empty text is a flag that was not given (``ssh``: ``None``)."""

    kind: str = ""
    address: str = ""
    group: str = ""
    backend: str = ""
    number: str = ""
    backend_ext: str = ""
    frontend: str = ""
    frontend_ext: str = ""
    apidb: str = ""
    apidb_ext: str = ""
    user: str = ""
    sender: str = ""
    postport: str = ""
    new_keys: bool = False
    insecure: bool = False
    ssh: str | None = None


@dataclass(frozen=True)
class Tier:
    """A host by its internal name and, where it has another one, its external name."""

    internal: Endpoint
    external: Endpoint | None = None

    @property
    def name(self) -> str:
        return self.internal.host


@dataclass(frozen=True)
class Order:
    """``kind`` is what -t says (``ALL``: every host that is named). ``backends`` are in the order of their numbers.

    ``first`` is the number of the first of them. ``ssh`` is the account on the hosts (empty: as SSH is set up); it is
    ``None`` when this machine is installed. ``settings`` are those that flags were given for: the others have the same
    defaults as the original's installer, or what the site's own files say.
    """

    kind: str
    group: str
    backends: tuple[Tier, ...]
    first: int
    apidb: Tier | None
    frontend: Tier | None
    appliance: str
    address: str
    settings: dict[str, object]
    new_keys: bool
    ssh: str | None

    @property
    def targets(self) -> tuple[str, ...]:
        """The hosts that are installed, by name; the API before the portal, which asks it."""
        named = {
            "backends": [tier.name for tier in self.backends],
            "api_db": [self.apidb.name] if self.apidb else [],
            "frontends": [self.frontend.name] if self.frontend else [],
            "appliances": [self.appliance] if self.appliance else [],
        }
        roles = named if self.kind == ALL else [KINDS[self.kind]]
        return tuple(name for role in roles for name in named[role])
