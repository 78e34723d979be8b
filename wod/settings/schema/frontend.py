"""The portal: encryption, looks, what may lie over its pages, whose word on a reader's address is taken."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from wod.settings.declare import Section, setting
from wod.settings.types import MaybeMail, MaybeText, MaybeUrl, Says, Text, matching, network, split

Tls = Annotated[Literal["off", "files", "acme"], Says("one of off, files, acme")]
Colour = Annotated[Text, matching(r"#[0-9a-fA-F]{6}"), Says("a colour such as #0f766e")]
Origin = Annotated[Text, matching(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?"), Says("addresses without a path")]
Origins = Annotated[
    tuple[Origin, ...],
    BeforeValidator(split),
    Says("a list of addresses without a path, such as https://cdn.example.org"),
]
Network = Annotated[Text, AfterValidator(network), Says("addresses or networks")]
Networks = Annotated[
    tuple[Network, ...], BeforeValidator(split), Says("a list of addresses or networks such as 192.0.2.0/24")
]


class Frontend(Section):
    """The portal

    Its pages, and the web server in front of them and of the API.
    """

    FILE = "wod-system"

    WODTLS: Tls = setting(
        "off",
        "How the portal gets its certificate: files (WODTLSCERT and WODTLSKEY), acme (fetched on the host), "
        "or off: plain HTTP, also where something in front of the host encrypts.",
        example="files",
    )
    WODTLSCERT: MaybeText = setting(
        None,
        "The certificate and those between it and its root (PEM), a file on the control node.",
        example="~/tls/wod.example.org.pem",
    )
    WODTLSKEY: MaybeText = setting(
        None,
        "The certificate's private key (PEM), a file on the control node that only you can read.",
        example="~/tls/wod.example.org.key",
    )
    WODACMEMAIL: MaybeMail = setting(
        None, "Whom the ACME authority tells when a certificate is about to expire.", example="admin@example.org"
    )
    WODACMEURL: MaybeUrl = setting(
        None,
        "The directory of the ACME authority; None means the one that certbot knows, Let's Encrypt.",
        example="https://acme.example.org/directory",
    )
    WODPROXIES: Networks = setting(
        (),
        "Proxies in front of the portal, whose X-Forwarded-For is believed.",
        example=["192.0.2.5", "198.51.100.0/24"],
    )
    WODACCENT: Colour = setting("#0f766e", "The colour of the portal's buttons and links.", example="#7c3aed")
    WODPICTURES: Origins = setting(
        (),
        "Other sites from which readers' browsers may fetch workshops' pictures.",
        example=["https://cdn.example.org"],
    )
    WODPORTALDIR: MaybeText = setting(
        None,
        "A folder on the control node whose files go over the portal's own; "
        "None means portal/ in the private folder, if it is there.",
        example="~/portal",
    )
