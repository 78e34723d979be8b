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
from wod.lab.run import Say, last_lines, run, silent
from wod.lab.state import locked

SCRIPTS = Path("/usr/share/debootstrap/scripts")
BUILD_TIMEOUT = 1800


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
    # Should we be killed, debootstrap is too; and since what it was running inherits the lock, the next builder
    # waits until that has ended as well.
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "debootstrap"]
    with open(log, "w") as output:
        done = subprocess.run(
            [*command, *_arguments(recipe, target)], stdin=subprocess.DEVNULL, stdout=output, stderr=output, pass_fds=[lock_fd],
            timeout=BUILD_TIMEOUT, env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    if done.returncode:
        raise WodError(
            f"{recipe.suite}: the base image could not be built ({last_lines(log.read_text(), 2)}); see {log}"
        )


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
