"""The original's Node application in place of our API (WODAPIREPO): what is made of its repository, purely.

Its templates are rendered on the control node, and the whole goes to the host as one archive; ``package.json`` says how
it is set up and started. What the original's installer does by hand (``install-system.sh``) is here and in
:mod:`wod.nodeseeds`: the ``.env`` file, the seeders, the two accounts.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import shlex
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wod import database
from wod.engine.errors import Impossible
from wod.engine.render import Renderer
from wod.enginesettings import environment_of, variables_of
from wod.errors import BadInput
from wod.secrets import Secret
from wod.settings import Settings
from wod.sources import Source, location

ACCOUNT = "wod-nodeapi"
"""Runs the application, and nothing else."""
LINK = "/opt/wod-nodeapi"
STATE = "/var/lib/wod-nodeapi"
FOLDER = "/etc/wod/nodeapi"
ENVIRONMENT = f"{FOLDER}/env"
ACCOUNTS = f"{FOLDER}/accounts.sql"
UNIT = "wod-nodeapi.service"
DOTENV = ".env"
REPOSITORY = "WODAPIREPO"
RECIPE = "1"
"""Part of the digest: raise it when the way a tree is built changes."""
PACKAGES = {"debian": ("nodejs", "npm"), "rhel": ("nodejs", "npm")}

UNRENDERED = {".git", "ansible", "data", "node_modules", "scripts"}
"""Folders whose templates belong to the original's own installer, not to the application."""
_SECRETS = ("WODPGPASSWD", "WODSENDGRIDAPIKEY")
"""What templates may use besides the plain settings: the secrets that the original's ``.env`` holds."""
_LISTENING = {"127.0.0.1", "localhost", "0.0.0.0", "*"}  # noqa: S104 - the names under which PostgreSQL listens there


@dataclass(frozen=True)
class File:
    """One file of the application; ``link`` is a symbolic link's target."""

    content: bytes
    executable: bool = False
    link: str = ""


Files = Mapping[str, File]
"""Path in the repository → file."""


def source_of(settings: Settings) -> Source:
    """Where the application comes from; :class:`BadInput` for a setting that names no repository."""
    place = settings.explain(REPOSITORY)[0].place
    try:
        url = location(settings.WODAPIREPO, f"{REPOSITORY}TOKEN")
    except ValueError as error:
        raise BadInput(f"{place}: {REPOSITORY}: {error}") from None
    return Source(REPOSITORY, url, settings.WODAPIBRANCH, LINK, place=place, token=settings.WODAPIREPOTOKEN)


def problems(settings: Settings) -> list[str]:
    """Why the application could not reach its database: it connects to 127.0.0.1:5432 with a password (config.js)."""
    found = []
    if not database.is_local(settings):
        found.append("WODPGHOST: the original reaches its database on its own host only; leave it at localhost")
    if settings.WODPGPORT != database.PORT:
        found.append(f"WODPGPORT: the original knows the port {database.PORT} only")
    if database.second_role(settings) is None:
        found.append("WODPGUSER: the original needs an account of its own in the database; set it, such as to wod")
    if not _LISTENING & set(settings.WODPGLISTEN):
        found.append("WODPGLISTEN: the original connects over TCP; add 127.0.0.1")
    return [f"{each} (WODAPIREPO is set)" for each in found]


def read(tree: Path, settings: Settings) -> dict[str, File]:
    """The application's files, each ``X.j2`` rendered to X; :class:`BadInput` names the template that cannot be."""
    renderer, variables = Renderer(), variables_for(settings)
    found: dict[str, File] = {}
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree)
        if name.parts[0] in (".git", "node_modules") or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink():
            found[str(name)] = File(b"", link=str(path.readlink()))
            continue
        file = File(path.read_bytes(), bool(path.stat().st_mode & 0o100))
        if path.suffix == ".j2" and not UNRENDERED & set(name.parts):
            text = _rendered(renderer, str(name), file.content, variables)
            found[str(name.with_suffix(""))] = File(text, file.executable)
        else:
            found.setdefault(str(name), file)
    return found


def _rendered(renderer: Renderer, name: str, source: bytes, variables: Mapping[str, object]) -> bytes:
    try:
        return renderer.render(name, source, variables)
    except Impossible as error:
        raise BadInput(f"{REPOSITORY}: {error}") from None


def variables_for(settings: Settings) -> dict[str, object]:
    """What templates may use: plain settings under each of their names, and the secrets of ``.env``."""
    secrets = {name: revealed(settings[name]) for name in _SECRETS}
    return {**variables_of(settings), **environment_of(settings), **secrets, "ansible_env": {"HOME": STATE}}


def revealed(value: object) -> str:
    return value.reveal() if isinstance(value, Secret) else str(value or "")


def digest_of(files: Files, database_name: str) -> str:
    """Twelve hexadecimal digits that name what a tree is built from, and the database that was brought up for it."""
    told = hashlib.sha256(f"{RECIPE} {database_name}".encode())
    for name, file in sorted(files.items()):
        told.update(json.dumps([name, file.executable, file.link, len(file.content)]).encode() + file.content)
    return told.hexdigest()[:12]


def archive(files: Files) -> bytes:
    """A compressed tar file, the same whenever the files are the same."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as squeezed, tarfile.open(fileobj=squeezed, mode="w") as tar:
        for name, file in sorted(files.items()):
            info = tarfile.TarInfo(name)
            info.mode, info.size = 0o750 if file.executable else 0o640, len(file.content)
            if file.link:
                info.type, info.linkname = tarfile.SYMTYPE, file.link
            tar.addfile(info, io.BytesIO(file.content))
    return packed.getvalue()


def package_of(files: Files) -> dict[str, Any]:
    """``package.json``; :class:`BadInput` where the repository is no Node application with a start script."""
    try:
        package = json.loads(files["package.json"].content)
        package["scripts"]["start"]
    except (KeyError, TypeError, ValueError):
        raise BadInput(f"{REPOSITORY}: the repository has no package.json with a start script") from None
    return dict(package)


def setup_of(package: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """``(commands that fill a new database, those of them that bring an old one up)``, from the script seed-data.

    Making and dropping the database itself is left out: it is the module postgresql's, and never dropped.
    """
    parts = [part.strip() for part in package["scripts"].get("seed-data", "").split("&&")]
    filling = [" ".join(part.split()) for part in parts if part and not re.search(r"\bdb:(create|drop)\b", part)]
    return filling, [part for part in filling if "migrat" in part]


def start_of(package: Mapping[str, Any]) -> list[str]:
    """The command of the unit: the start script, without nodemon, which is for developers, around it."""
    words = shlex.split(package["scripts"]["start"])
    plain = all(re.fullmatch(r"[\w@./:=+-]+", word) for word in words)
    if plain and words[0] == "node":
        return ["/usr/bin/node", *words[1:]]
    if plain and words[0] == "nodemon" and "--exec" in words[2:-1]:
        at = words.index("--exec")
        return [f"{LINK}/node_modules/.bin/{words[at + 1]}", *words[at + 2 :], *words[1:at]]
    return ["/usr/bin/npm", "start"]


def environment(files: Files, settings: Settings) -> Secret:
    """The application's ``.env``: its own template's, else what the original's installer writes."""
    if DOTENV in files:
        return Secret(DOTENV, files[DOTENV].content.decode(errors="replace"))
    values = {
        "WODSENDER": settings.WODSENDER,
        "WODPGDB": settings.WODPGDB,
        "WODPGUSER": settings.WODPGUSER,
        "WODPGPASSWD": revealed(settings.WODPGPASSWD),
        "WODPOSTPORT": settings.POSTPORT,
        "WODFEEDBACKURL": settings.WODFEEDBACKURL or "None",
        "WODAPIDBFQDN": settings.WODAPIDBFQDN,
        "WODAPIDBPORT": settings.WODAPIDBPORT,
        "WODAPIDBPROTO": settings.WODAPIDBPROTO,
        "WODBEEXTPORT": settings.WODBEEXTPORT,
        "WODSENDGRIDAPIKEY": revealed(settings.WODSENDGRIDAPIKEY) or "None",
        "WODDENYLIST": ",".join(settings.WODDENYLIST),
    }
    return Secret(DOTENV, "".join(f"{name}={_quoted(name, value)}\n" for name, value in values.items()))


def _quoted(name: str, value: object) -> str:
    """As dotenv reads it: what stands in single quotes is taken as it is."""
    text = str(value)
    if "'" in text or "\n" in text:
        raise BadInput(f"{name}: the original's .env file cannot hold a quote or line break; choose another value")
    return f"'{text}'"
