"""All declared settings, and what a name means: a canonical spelling, an alias of one, or nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from wod.settings.declare import Section, Setting, declared
from wod.settings.schema.admin import Ids, Platform
from wod.settings.schema.api import Api, Database, LifeCycle, Mails, OpnSense
from wod.settings.schema.backend import Backend, Ldap
from wod.settings.schema.branding import Branding, Surveys
from wod.settings.schema.content import Content
from wod.settings.schema.engine import Engine, FailToBan, Orders
from wod.settings.schema.frontend import Frontend
from wod.settings.schema.hosts import ApiAddress, BackendAddress, FrontendAddress
from wod.settings.schema.hub import Hub
from wod.settings.schema.paths import Installer, Paths
from wod.settings.schema.students import Students
from wod.settings.schema.system import Limits, Network, Upkeep
from wod.settings.schema.workshops import Workshops

SECTIONS: tuple[type[Section], ...] = (
    Students,
    Platform,
    Branding,
    Surveys,
    Paths,
    Installer,
    Ids,
    Hub,
    Content,
    Backend,
    Engine,
    Ldap,
    Limits,
    Network,
    Upkeep,
    Workshops,
    BackendAddress,
    ApiAddress,
    FrontendAddress,
    Frontend,
    Api,
    LifeCycle,
    Database,
    Mails,
    Orders,
    FailToBan,
    OpnSense,
)
"""In the order in which the samples and the pages show them."""

SETTINGS: Mapping[str, Setting] = MappingProxyType({each.name: each for sect in SECTIONS for each in declared(sect)})
ALIASES: Mapping[str, str] = MappingProxyType(
    {alias: each.name for each in SETTINGS.values() for alias in each.aliases}
)


def canonical(name: str) -> str:
    """The one spelling under which a setting is kept; an unknown name is its own."""
    return ALIASES.get(name, name)


def suggestion(name: str, further: Iterable[str] = ()) -> str:
    """`` (did you mean X?)``, or nothing when no known name is close."""
    known = {each.upper(): each for each in (*SETTINGS, *ALIASES, *further)}
    close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.7)
    return f" (did you mean {known[close[0]]}?)" if close else ""
