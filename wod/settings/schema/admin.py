"""The platform, its administrator, and what belongs to no host in particular."""

from __future__ import annotations

from typing import Annotated, Literal

from wod.settings.declare import Section, setting
from wod.settings.types import Login, MaybeMail, MaybeSecret, Says, Text, Texts, Whole

Kind = Annotated[
    Literal["backend", "api-db", "frontend", "appliance"], Says("one of backend, api-db, frontend, appliance")
]


class Platform(Section):
    """The platform and its administrator"""

    WODUSER: Login = setting(
        "wodadmin",
        "The account that manages everything on the hosts, with sudo; it also receives the life cycle's "
        "mails on a backend.",
        example="wodmgr",
    )
    WODGROUP: Text = setting(
        "production",
        "The platform's name; wod sets it to the name given in the inventory.",
        example="staging",
    )
    WODTYPE: Kind = setting("backend", "What a host is; wod sets it to the host's role.", example="api-db")
    WODMONITOR: MaybeMail = setting(None, "Who gets reports of what went wrong.", example="ops@example.org")
    VAULTPWD: MaybeSecret = setting(
        None,
        "The password of an original's vault: it opens what is encrypted in settings, and what hooks leave encrypted.",
        secrecy="given",
    )
    NOCHECKSSH: Text = setting(
        "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null",
        "Options of ssh towards appliances, whose host keys change whenever they are rebuilt.",
        example="-o StrictHostKeyChecking=accept-new",
    )
    WODPRIVATEPREFIXES: Texts = setting(
        (),
        "Beginnings of names that are yours: settings called so may hold anything, for your own content. "
        "Any other unknown name is an error.",
        example=["ACME_"],
    )


class Ids(Section):
    """Numeric ids of the administrator, where a container needs them"""

    WODUID: Whole | None = setting(None, "The user id of WODUSER; unset means as it is on the host.", example=1000)
    WODGID: Whole | None = setting(None, "The group id of WODUSER; unset means as it is on the host.", example=1000)
