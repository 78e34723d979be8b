"""What the API and the life cycle are told by the roll-out: one file, for their account only."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

PATH = Path("/etc/wod/api/api.json")
"""0640 root:wod-api."""


@dataclass(frozen=True)
class Mail:
    """How participants are written to: by SMTP (``host``), or by SendGrid where ``sendgrid_key`` is set."""

    sender: str = "wodadmin@localhost"
    host: str = "localhost"
    port: int = 25
    starttls: bool = False
    user: str = ""
    password: str = ""
    sendgrid_key: str = ""


@dataclass(frozen=True)
class Timing:
    """The life cycle's times in seconds; the defaults are the original's (contract section 4)."""

    tick: float = 20
    stuck: float = 600
    warning: float = 3600
    resend: float = 60


@dataclass(frozen=True)
class Api:
    """``database`` is an SQLAlchemy URL; ``token_key`` signs access tokens for ``token_life`` seconds.

    ``origins`` may call from a browser (CORS). ``mail_key`` is WODMAILKEY, ``mail_port`` POSTPORT, ``mail_user``
    WODUSER: where and how orders go to backends. ``frontend`` is the portal's external URL, ``seats`` USERMAX.
    Refused are addresses with a part that is in ``denied``, and, if ``disposable``, those of throw-away domains.
    What was sent, and the traces, of registrations that ended ``keep`` days ago are removed; 0 keeps them for ever.
    ``mail_key_before`` signs orders, too, until ``mail_key_until`` (seconds since 1970), for backends that do not
    have ``mail_key`` yet; participants' links of before ``token_key`` are good until ``token_key_until``.
    ``drift`` is where `wod drift` leaves how far the site is from what was rolled out.
    """

    database: str
    token_key: str
    token_life: int = 180
    origins: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    disposable: bool = True
    keep: int = 400
    mail_key: str = ""
    mail_port: int = 10025
    mail_user: str = "wodadmin"
    mail: Mail = field(default_factory=Mail)
    timing: Timing = field(default_factory=Timing)
    frontend: str = "http://localhost:8000"
    feedback: str = ""
    branding: str = "WoD Developer"
    extensions: int = 0
    body_limit: int = 20 * 1024 * 1024
    login_rate: int = 30
    registration_rate: int = 60
    mail_key_before: str = ""
    mail_key_until: float = 0.0
    token_key_before: str = ""
    token_key_until: float = 0.0
    drift: str = "/var/lib/wod-api/drift.json"


def dump(config: Api) -> str:
    return json.dumps(asdict(config), indent=1, sort_keys=True) + "\n"


def load(path: Path = PATH) -> Api:
    """:class:`ValueError` for a file that is no configuration."""
    values = json.loads(path.read_text())
    known = {each.name for each in fields(Api)}
    given: dict[str, Any] = {name: value for name, value in values.items() if name in known}
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    parts = {"mail": Mail(**given.pop("mail", {})), "timing": Timing(**given.pop("timing", {}))}
    return Api(**{**given, **lists, **parts})
