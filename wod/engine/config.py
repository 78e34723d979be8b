"""What the engine is told by the roll-out, in two files: one for those that take mail in, one for root."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

RECEIVER = Path("/etc/wod/engine/receive.json")
"""0640 root:wod-engine: all that taking a mail in needs."""
WORKER = Path("/etc/wod/engine/worker.json")
"""0600 root: all that carrying out a request needs."""
STATE = Path("/var/lib/wod-engine")
"""``queue/`` belongs to wod-engine (0700), all else to root (0700)."""

T = TypeVar("T")


@dataclass(frozen=True)
class Receiver:
    """How orders are judged. ``key`` is WODMAILKEY, ``window`` hours, ``unsigned_from`` addresses or networks.

    ``before`` is the key before it, which is good ``until`` that moment (seconds since 1970).

    ``backend`` is WODBEEXTFQDN, the name by which the API knows this backend; it is part of what is signed.
    ``first`` and ``last`` are USERMIN and USERMAX.
    """

    backend: str
    key: str
    first: int
    last: int
    window: int = 72
    unsigned_from: tuple[str, ...] = ()
    before: str = ""
    until: float = 0.0
    queue: str = str(STATE / "queue")


@dataclass(frozen=True)
class Ldap:
    """Where students' LDAP passwords are set (contract section 10)."""

    server: str
    port: int
    domain: str
    user: str
    password: str


@dataclass(frozen=True)
class Worker:
    """How requests are carried out. Paths are folders on the backend; an empty one does not exist.

    ``public_scripts`` are searched in order for a workshop's hooks, then ``private_scripts``. ``appliances`` is the
    open family ``IP-WKSHP-x``. ``variables`` are what notebooks are rendered with. ``jobs`` requests run at a time;
    one is given up after ``patience`` minutes; a hook may take ``hook_timeout`` seconds. ``insecure``: any
    certificate of the API is taken. ``vault_password`` is VAULTPWD: it opens what hooks leave encrypted.
    """

    backend: str
    first: int
    last: int
    basestdid: int
    uidbase: int
    gidbase: int
    students: str
    admin: str
    public_workshops: str
    private_workshops: str
    public_scripts: tuple[str, ...]
    private_scripts: tuple[str, ...]
    skeletons: tuple[str, ...]
    hub_url: str
    hub_token: str
    api_url: str
    api_user: str
    api_password: str
    ldap: Ldap | None = None
    appliances: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    jobs: int = 8
    patience: int = 1440
    hook_timeout: int = 900
    insecure: bool = False
    vault_password: str = ""
    state: str = str(STATE)
    queue: str = str(STATE / "queue")


def dump(config: Receiver | Worker) -> str:
    return json.dumps(asdict(config), indent=1, sort_keys=True) + "\n"


def _load(kind: type[T], path: Path) -> T:
    try:
        values = json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items() if key in known}
    return kind(**values)


def load_receiver(path: Path = RECEIVER) -> Receiver:
    return _load(Receiver, path)


def load_worker(path: Path = WORKER) -> Worker:
    config = _load(Worker, path)
    if isinstance(config.ldap, dict):
        object.__setattr__(config, "ldap", Ldap(**config.ldap))
    return config
