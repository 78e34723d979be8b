"""Base images: one tree per suite, made by debootstrap once and kept."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wod.errors import WodError
from wod.lab import tree
from wod.lab.mirror import find_mirror
from wod.lab.mounts import lower_layers_in_use
from wod.lab.places import Places
from wod.lab.recipe import CUSTOMISE, Recipe
from wod.lab.run import PATH, Say, last_lines, run, silent
from wod.lab.state import locked

SCRIPTS = Path("/usr/share/debootstrap/scripts")
BUILD_TIMEOUT = 1800

ISOLATED = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount"]
"""Should the builder be killed, its debootstrap is too. What that was running at the moment ends by itself and
holds the inherited lock until then, so that the next builder does not meet it."""


def ensure(places: Places, suites: Iterable[str], say: Say = silent) -> dict[str, str]:
    """Build whichever base images are missing, at the same time; returns suite → name of its image."""
    mirror = find_mirror()
    recipes = [Recipe(suite, mirror) for suite in sorted(set(suites))]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda recipe: _ensure_one(places, recipe, say), recipes))
    return {recipe.suite: recipe.name for recipe in recipes}


def _ensure_one(places: Places, recipe: Recipe, say: Say) -> None:
    if (places.cache / recipe.name).is_dir():
        return
    lock = places.cache / f".{recipe.suite}.lock"
    with locked(lock, f"another build of the {recipe.suite} image", say) as lock_fd:
        if not (places.cache / recipe.name).is_dir():
            _build(places, recipe, lock_fd, say)


def _build(places: Places, recipe: Recipe, lock_fd: int, say: Say) -> None:
    """Build under another name, so that a build that was interrupted is never taken for an image."""
    building = places.cache / f".building-{recipe.suite}"
    _delete(building)
    say(f"{recipe.suite}: building the base image (about a minute, once)")
    _debootstrap(places, recipe, building, lock_fd)
    for name, text in recipe.files().items():
        tree.write(building, name, text)
    run("unshare", "--mount", "chroot", building, "/bin/sh", "-c", CUSTOMISE)
    building.rename(places.cache / recipe.name)
    say(f"{recipe.suite}: base image {recipe.name} is ready")


def _debootstrap(places: Places, recipe: Recipe, target: Path, lock_fd: int) -> None:
    """Run debootstrap in a mount namespace of its own: what it mounts ends with it, however it ends."""
    log = places.cache / f"{recipe.suite}.log"
    if _logged([*ISOLATED, "debootstrap", *_arguments(recipe, target)], log, lock_fd):
        words = last_lines(log.read_text(), 2)
        raise WodError(f"{recipe.suite}: the base image could not be built ({words}); see {log}")


def _logged(command: list[str], log: Path, lock_fd: int) -> int:
    """Run a long command with its output in a file; what it starts inherits the builder's lock."""
    environment = {**os.environ, "PATH": PATH, "LC_ALL": "C.UTF-8"}
    with open(log, "w") as output:
        try:
            return subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                pass_fds=[lock_fd], env=environment, timeout=BUILD_TIMEOUT,
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            raise WodError(f"no base image after {BUILD_TIMEOUT // 60} minutes; see {log}") from None


def _arguments(recipe: Recipe, target: Path) -> list[str]:
    arguments = ["--variant=minbase", "--force-check-gpg", f"--include={','.join(recipe.packages)}"]
    arguments += [recipe.suite, str(target), recipe.mirror.main]
    known = (SCRIPTS / recipe.suite).exists()
    return arguments if known else [*arguments, str(SCRIPTS / "sid")]


def remove_outdated(places: Places, current: dict[str, str], needed: Collection[str]) -> None:
    """Remove older images of these suites, except those that some host, of whichever lab, stands on."""
    mounted = lower_layers_in_use()
    for suite, name in current.items():
        for image in places.cache.glob(f"{suite}-*"):
            if image.is_dir() and image.name not in {name, *needed} and image not in mounted:
                with locked(places.cache / f".{suite}.lock", f"a build of the {suite} image"):
                    _delete(image)


def _delete(directory: Path) -> None:
    run("rm", "-rf", "--one-file-system", "--", directory, timeout=None)
