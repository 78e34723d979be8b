"""The way back: another revision made ready to roll out, without touching any host or what is checked out here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from setuptools.config.pyprojecttoml import load_file

from wod.checkouts import Checkout, folder_at, lend
from wod.errors import BadInput
from wod.fleet import pins
from wod.fleet.elsewhere import Elsewhere, Place, by_hand
from wod.fleet.given import Given
from wod.site import Site

FIRST = "wod/fleet/runs.py"
"""What the first revision with ``wod rollout`` brought."""
SECRETS = "secrets"
"""In the private folder; never that of earlier: hosts and database have the secrets of today."""


def way_back(target: Given, site: Site, inventory: Path, log: Path) -> Elsewhere:
    """How the hosts of a site get what the target was; :class:`BadInput` when they cannot."""
    place = place_of(target, site)
    seen = place.look(inventory, log)
    missing = [host.name for host in site.hosts if host.name not in seen.hosts]
    if missing:
        raise BadInput(f"the revision in {place.code} does not find {', '.join(missing)} in {inventory}")
    return Elsewhere(place, seen, log)


def place_of(target: Given, site: Site) -> Place:
    """Worktrees of all parts, and the environment in which the code of then finds them."""
    code = folder_at(target.code)
    if not (code / FIRST).is_file():
        raise BadInput(
            f"{target.to} is older than wod rollout, so it cannot be gone back to by it; do it by hand: "
            + by_hand(code, target.private.path)
        )
    environment = pins.environment(target.content, site.hosts)
    place = Place(code, folder_at(target.settings), {**environment, "WOD_PRIVATE": str(_private(target.private))})
    lacking = [] if (code / ".venv").exists() else list(unmet(code / "pyproject.toml"))
    if lacking:
        raise BadInput(
            f"{target.to} needs {', '.join(lacking)}; make it an environment of its own, and try again: "
            f"python3 -m venv {code}/.venv && {code}/.venv/bin/pip install {code}"
        )
    return place


def unmet(pyproject: Path) -> Iterator[str]:
    """What a revision needs and this environment does not have, with what it has instead."""
    for text in load_file(pyproject)["project"].get("dependencies", []):
        needed = Requirement(text)
        if needed.marker and not needed.marker.evaluate():
            continue
        try:
            there = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            there = "none"
        if there == "none" or not needed.specifier.contains(there, prereleases=True):
            yield f"{needed.name}{needed.specifier} (here: {there})"


def _private(private: Checkout) -> Path:
    """The private folder of then; what is not in git there, the secrets above all, is that of today."""
    today, folder = Path(private.path), folder_at(private)
    today.mkdir(parents=True, exist_ok=True)
    if private.commit:
        lend(today, folder, (SECRETS,))
    return folder
