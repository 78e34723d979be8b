"""Hooks of a workshop: which scripts there are, and the environment that they are run with (contract section 8)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from wod.engine.catalogue import Workshop
from wod.engine.config import Worker
from wod.engine.delivery import read_regular
from wod.engine.errors import Impossible
from wod.engine.render import Renderer
from wod.engine.request import Request
from wod.engine.variables import Hidden

Origin = Literal["public", "private"]
TEMPLATE = ".j2"
"""The ending of a script that is rendered first; its own name is without."""
SECRET = re.compile(r"(?i)key|pass|pwd|secret|tok(?:en)?(?:-|$)")
SHORTEST = 6
"""Characters of a secret that is masked; less would be found in every other word."""


def find(config: Worker, origin: Origin, name: str) -> Path | None:
    """The first script of this name in the folders of one origin; in a folder, before its template ``<name>.j2``."""
    folders = config.public_scripts if origin == "public" else config.private_scripts
    paths = (Path(folder) / each for folder in folders for each in (name, name + TEMPLATE))
    return next((path for path in paths if path.is_file()), None)


def rendered(renderer: Renderer, script: Path, variables: Mapping[str, object]) -> bytes:
    """A template's text. Links are not followed: root reads it, and the admin account may read what comes of it."""
    try:
        return renderer.render(str(script), read_regular(script), variables)
    except OSError as error:
        raise Impossible(
            f"{script} cannot be read: {error.strerror or error}; it must be a file, not a link"
        ) from error


def secrets_in(variables: Mapping[str, object]) -> list[str]:
    """Values that a log must not show: what was encrypted, and by their names, for most values do not say it."""
    found = [str(value) for name, value in variables.items() if SECRET.search(name) or isinstance(value, Hidden)]
    return [value for value in found if len(value) >= SHORTEST]


def hook(config: Worker, origin: Origin, kind: str, request: Request) -> Path | None:
    """``create-WKSHP-x.sh`` and the like; challenges have the hooks of their workshop."""
    return find(config, origin, f"{kind}-{request.notebook}.sh")


def target(config: Worker, request: Request, workshop: Workshop, number: int) -> str | None:
    """WODRTARGET (contract section 11): the workshop's appliance, or the student's own of a row; ``None`` without."""
    if not workshop.multiappliance and not workshop.monoappliance:
        return None
    names = [f"IP-{request.workshop}", f"IP-{request.notebook}"]
    base = next((config.appliances[name] for name in names if name in config.appliances), "")
    try:
        address = ipaddress.IPv4Address(base)
    except ValueError as error:
        raise Impossible(f"{request.workshop} needs an appliance; set {names[-1]} to its address") from error
    if not workshop.multiappliance:
        return str(address)
    if workshop.first is None or number < workshop.first:
        raise Impossible(
            f"student{number} is outside the range of {request.workshop}, so none of its appliances is theirs"
        )
    return str(address + number - workshop.first)


def environment(
    config: Worker, request: Request, workshop: Workshop, number: int, password: str, token: str, api: str
) -> Mapping[str, str]:
    """What hooks are told. ``wid`` is empty for a workshop that the API no longer has."""
    values = {
        "stdid": str(number),
        "stddir": f"{config.students}/student{number}",
        "w": request.workshop,
        "ws": request.notebook,
        "wid": str(workshop.id or ""),
        "randompw": password,
        "accessToken": token,
        "WODAPIDBEXTURL": api,
        "USER": config.admin,
        "LOGNAME": config.admin,
    }
    appliance = target(config, request, workshop, number)
    return {**values, "WODRTARGET": appliance} if appliance else values
