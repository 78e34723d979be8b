"""The settings of a platform as its backends have them: from its private inventory, where there is one."""

from __future__ import annotations

from wod.errors import BadInput, Problem, ProblemsFound
from wod.inventory import load_site
from wod.private.found import Found, Look
from wod.private.platforms import INVENTORIES
from wod.settings import Settings, load


def settings_of(look: Look, platform: str, found: Found) -> Settings | None:
    """``None`` when something is wrong with them; an inventory's problems are added to ``found``."""
    path = look.private / INVENTORIES / f"{platform}.py"
    try:
        if not path.is_file():
            return load(look.root, platform, private=look.private)
        site = load_site(path)
    except ProblemsFound as error:
        found.problems += error.problems
        return None
    except BadInput as error:
        found.problems.append(Problem("", str(error)))
        return None
    if site.group != platform:
        told = f"it builds the platform {site.group}; call them the same, or its settings are those of another platform"
        found.problems.append(Problem(look.shown(path), told))
    backends = [host for host in site.hosts if host.role == "backends"]
    return backends[0].settings if backends else None
