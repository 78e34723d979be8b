"""What hosts share, done once before their processes are forked: otherwise each would do it for itself.

What cannot be had is no error here, but each host's own, in its own turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module

from wod import templates, wheel
from wod.inventory import SiteHost
from wod.revision import revision

FEW = 2
"""Up to so many hosts, preparing what they may not need costs more than it saves."""
WHEELS = {"backends": wheel.ENGINE, "api_db": wheel.API}


def prepare(members: Sequence[SiteHost], modules: Mapping[str, Sequence[str]]) -> None:
    """Fetch and judge content; for many hosts also compile the templates of their roles' ``modules``, and build wheels.

    ``members`` are of roles that have modules.
    """
    revision()
    content = import_module("deploys.modules.content")
    for member in members:
        fetched, reasons = content.fetch_all(member.settings)
        if member.role == "backends" and not reasons:
            content.refuse_broken(member.settings, fetched)
    if len(members) > FEW:
        roles = {member.role for member in members}
        for module in {module for role in roles for module in modules[role]}:
            templates.compile_of(module)
        for role in roles & WHEELS.keys():
            with suppress(wheel.WheelFailed):
                wheel.build(WHEELS[role])
