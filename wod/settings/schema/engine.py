"""Orders by mail and the engine that carries them out, and who is kept out for guessing passwords."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from wod.settings.declare import Section, setting
from wod.settings.types import MaybeHost, MaybeSecret, Positive, Says, Text, matching, network, split

Networks = Annotated[
    tuple[Annotated[Text, AfterValidator(network)], ...],
    BeforeValidator(split),
    Says("a list of addresses or networks"),
]
Duration = Annotated[Text, matching(r"[1-9][0-9]*[smhd]?"), Says("a time such as 90s, 10m, 2h or 1d")]


class Orders(Section):
    """Orders to backends

    The API sends them as signed mails; a backend acts on no others.
    """

    FILE = "wod-system"

    WODMAILKEY: MaybeSecret = setting(None, "The key that signs the orders.", secrecy="token")
    WODMAILKEYBEFORE: MaybeSecret = setting(
        None,
        "The key before it, which is good until a moment, for orders under way and hosts that are not rolled out yet: "
        "KEY until MOMENT. Kept by `wod secrets rotate`.",
        secrecy="given",
    )
    WODMAILWINDOW: Positive = setting(72, "Hours for which a signature is good; a mail may be delayed.", example=24)
    WODMAILCLIENTS: Networks = setting(
        (),
        "Who may speak to the backends' mail port, besides the site's API and the backend itself.",
        example=["192.0.2.30", "198.51.100.0/24"],
    )
    WODUNSIGNEDFROM: Networks = setting(
        (),
        "Addresses whose orders are taken without a signature: the original api-db signs nothing. Empty means nobody.",
        example=["192.0.2.30"],
    )
    WODRELAYHOST: MaybeHost = setting(
        None,
        "The mail server that takes what leaves the backend; None means each recipient's own.",
        example="mx.example.org",
    )


class Engine(Section):
    """Engine"""

    FILE = "wod-backend"

    WODENGINEJOBS: Positive = setting(8, "Orders carried out at the same time, of different students.", example=4)
    WODENGINEPATIENCE: Positive = setting(
        1440, "Minutes for which an order is tried again while the API or the Hub is away.", example=60
    )
    WODHOOKTIMEOUT: Positive = setting(900, "Seconds that a hook script may take.", example=120)


class FailToBan(Section):
    """fail2ban"""

    FILE = "wod-system"

    WODFAIL2BANRETRY: Positive = setting(5, "Failed log-ins after which an address is banned.", example=3)
    WODFAIL2BANFIND: Duration = setting("10m", "The time within which they count.", example="1h")
    WODFAIL2BANTIME: Duration = setting("1h", "How long the ban lasts.", example="1d")
    WODFAIL2BANIGNORE: Networks = setting(
        (), "Who is never banned, besides the site's own hosts.", example=["192.0.2.0/24"]
    )
