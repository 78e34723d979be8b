"""The original's portal (WODFEREPO): built on the control node, once per revision and settings, served as files.

The build runs programs of the repository and of its npm packages, as the account that rolls out, without any of its
environment but the path. It gets no secret.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from wod import bundles, nodeapi, repos
from wod.engine.errors import Impossible
from wod.engine.render import Renderer
from wod.enginesettings import environment_of
from wod.errors import BadInput, WodError
from wod.secrets import Secret
from wod.settings import Settings
from wod.sources import Source, location

REPOSITORY = "WODFEREPO"
PATIENCE = 1800
"""Seconds for npm and the build together: the original's takes minutes."""
RECIPE = "1"
"""Part of the digest: raise it when the way it is built changes."""
KEPT = 3
"""Builds that stay in the cache."""
FIXED = {"CI": "true", "GATSBY_TELEMETRY_DISABLED": "1", "npm_config_update_notifier": "false", "LC_ALL": "C.UTF-8"}


def source_of(settings: Settings) -> Source:
    """Where the portal comes from; :class:`BadInput` for a setting that names no repository."""
    place = settings.explain(REPOSITORY)[0].place
    try:
        url = location(settings.WODFEREPO, f"{REPOSITORY}TOKEN")
    except ValueError as error:
        raise BadInput(f"{place}: {REPOSITORY}: {error}") from None
    branch, token = settings.WODFEBRANCH, settings.WODFEREPOTOKEN
    return Source(REPOSITORY, url, branch, settings.WODFEDIR, place=place, token=token)


def built(settings: Settings) -> dict[str, bytes]:
    """``{path below the web root: content}``; :class:`WodError` says why there is none."""
    fetched = repos.fetch(source_of(settings))
    tree = bundles.tree(fetched)
    if not _has_build(tree):
        raise BadInput(f"{REPOSITORY}: the repository has no package.json with a build script")
    known = _variables(settings)
    kept = repos.cache_folder() / f"portal-{digest_of(fetched.commit, known)}"
    if not kept.is_dir():
        _build(tree, known, kept)
    os.utime(kept)
    return {str(path.relative_to(kept)): path.read_bytes() for path in sorted(kept.rglob("*")) if path.is_file()}


def digest_of(commit: str, known: Mapping[str, str]) -> str:
    """Sixteen hexadecimal digits that name what the pages are built from."""
    return hashlib.sha256(json.dumps([RECIPE, commit, sorted(known.items())]).encode()).hexdigest()[:16]


def _variables(settings: Settings) -> dict[str, str]:
    """Plain settings, and what the original's ``/etc/wod.sh`` has."""
    known = {**{name: settings[name] for name in settings}, **environment_of(settings)}
    return {name: str(value) for name, value in known.items() if _is_plain(value)}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, Secret)


def _has_build(tree: Path) -> bool:
    try:
        return bool(json.loads((tree / "package.json").read_text())["scripts"]["build"])
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _build(tree: Path, known: Mapping[str, str], kept: Path) -> None:
    if shutil.which("npm") is None:
        raise WodError(f"{REPOSITORY}: node and npm are needed on this machine to build it; install them")
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix="portal-new-") as name:
        work = Path(name) / "work"
        shutil.copytree(tree, work, symlinks=True)
        _render(work, known)
        verb = "ci" if (work / "package-lock.json").exists() else "install"
        environment = {**FIXED, **known, "PATH": os.environ["PATH"], "HOME": name}
        for words in (["npm", verb, "--no-audit", "--no-fund", "--loglevel=error"], ["npm", "run", "build"]):
            _run(words, work, environment)
        made = work / "public"
        if not (made / "index.html").is_file():
            raise WodError(f"{REPOSITORY}: its build ended well but left no public/index.html")
        made.rename(kept)
    _forget_old(kept.parent)


def _render(work: Path, known: Mapping[str, str]) -> None:
    """Every ``X.j2`` to ``X``, as the original's installer does; those of its own playbooks are left as they are."""
    renderer = Renderer()
    for path in sorted(work.rglob("*.j2")):
        name = path.relative_to(work)
        if nodeapi.UNRENDERED & set(name.parts) or path.is_symlink():
            continue
        try:
            path.with_suffix("").write_bytes(renderer.render(str(name), path.read_bytes(), dict(known)))
        except Impossible as error:
            raise BadInput(f"{REPOSITORY}: {error}") from None


def _run(words: list[str], work: Path, environment: Mapping[str, str]) -> None:
    """A step of the build; its last words are in the :class:`WodError` when it fails."""
    try:
        done = subprocess.run(
            words, cwd=work, env=dict(environment), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise WodError(f"{REPOSITORY}: {' '.join(words[:3])} took more than {PATIENCE // 60} minutes") from None
    if done.returncode:
        said = " ".join(done.stdout.split())[-400:] or "it said nothing"
        raise WodError(f"{REPOSITORY}: {' '.join(words[:3])} failed: {said}")


def _forget_old(folder: Path) -> None:
    found = [each for each in folder.glob("portal-*") if each.is_dir() and not each.name.startswith("portal-new-")]
    for old in sorted(found, key=lambda each: each.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
