"""Accounts and keys: the Hub's token, the API's users, the database, mail, a firewall in front."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from wod.settings.declare import Section, setting
from wod.settings.types import (
    Address,
    Count,
    Flag,
    Host,
    Hour,
    Mail,
    MaybeAddress,
    MaybeHost,
    MaybePort,
    MaybeSecret,
    MaybeText,
    MaybeUrl,
    Port,
    Positive,
    Says,
    Text,
    Texts,
    matching,
    split,
)

DatabaseName = Annotated[
    Text,
    matching(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}"),
    Says("a name of letters, digits, _, . and -, 63 at most, which starts with a letter"),
]
ApiTls = Annotated[Literal["off", "files", "self"], Says("one of off, files, self")]
ListenAddress = Annotated[Text, matching(r"[*]|localhost|[0-9.]+|[0-9a-fA-F:]+"), Says("IP addresses, or *")]
ListenAddresses = Annotated[tuple[ListenAddress, ...], BeforeValidator(split), Says("a list of IP addresses, or *")]


class Api(Section):
    """Accounts of the API"""

    FILE = "wod-system"

    WODBETOKEN: MaybeSecret = setting(
        None, "The token by which the backend's own services speak to its JupyterHub.", secrecy="token"
    )
    WODFEAPIUSER: Text = setting(
        "moderator", "The API's account for backends.", example="moderator", aliases=("WODAPIDBUSER",)
    )
    WODFEAPIPWD: MaybeSecret = setting(
        None, "The password of WODFEAPIUSER.", secrecy="password", aliases=("WODAPIDBUSERPWD", "WODAPIDBPWD")
    )
    WODAPIDBADMIN: Text = setting("hackshack", "The API's administrator.", example="apiadmin")
    WODAPIDBADMINPWD: MaybeSecret = setting(None, "The password of WODAPIDBADMIN.", secrecy="password")
    WODAPITOKENKEY: MaybeSecret = setting(
        None, "The key that signs the API's access tokens; a new one ends all that were given.", secrecy="token"
    )
    WODAPITOKENKEYBEFORE: MaybeSecret = setting(
        None,
        "The key before it: links in mails that were sent are good until a moment: KEY until MOMENT. Kept by "
        "`wod secrets rotate`.",
        secrecy="given",
    )
    WODTOKENLIFE: Positive = setting(180, "Seconds for which an access token is good.", example=600)
    WODAPIWORKERS: Positive = setting(2, "Processes that answer the API's requests; one per core is plenty.", example=4)
    WODAPILISTEN: Address = setting(
        "0.0.0.0",  # noqa: S104 - the firewall decides who gets there
        "The address of its host on which the API listens; 0.0.0.0 means all of IPv4, :: all of IPv6.",
        example="192.0.2.30",
    )
    WODAPITLS: ApiTls = setting(
        "{{ 'self' if WODAPIDBPROTO == 'https' else 'off' }}",
        "How the API gets its certificate: files (WODAPITLSCERT and WODAPITLSKEY), self (made on its host; the others "
        "accept it with WODCURLOPT: -k), or off: plain HTTP, also where something in front of it encrypts.",
        example="files",
    )
    WODAPITLSCERT: MaybeText = setting(
        None,
        "The API's certificate and those between it and its root (PEM), a file on the control node.",
        example="~/tls/api.example.org.pem",
    )
    WODAPITLSKEY: MaybeText = setting(
        None,
        "The certificate's private key (PEM), a file on the control node that only you can read.",
        example="~/tls/api.example.org.key",
    )


class LifeCycle(Section):
    """Life cycle of registrations

    When mails and orders are due. The defaults are the original's.
    """

    FILE = "wod-system"

    WODTICK: Positive = setting(20, "Seconds between two looks at what is due.", example=5)
    WODSTUCK: Positive = setting(
        600, "Seconds after which a workshop that is not ready yet counts as failed.", example=900
    )
    WODWARNING: Positive = setting(
        3600, "Seconds before the end at which the participant is told that the session is expiring.", example=1800
    )
    WODRESEND: Positive = setting(
        60,
        "Seconds until a mail or an order that could not leave is tried again; then twice as long each time, up to an "
        "hour.",
        example=30,
    )
    WODKEEPDAYS: Count = setting(
        400, "Days after a session's end for which its mails and its trace are kept; 0 means for ever.", example=90
    )
    WODEXTENSIONS: Count = setting(0, "How often a participant may extend a session.", example=1)


class Database(Section):
    """The database of the API (PostgreSQL)"""

    FILE = "wod-system"

    WODPGHOST: Host = setting(
        "localhost", "The database's host, as the API sees it.", example="db.internal.example.org"
    )
    WODPGPORT: Port = setting(5432, "The database's port.", example=5433)
    WODPGDB: DatabaseName = setting("workshops-on-demand", "The database's name.", example="wod")
    WODPGUSER: DatabaseName = setting(
        "postgres",
        "The API's account in a database on another host. With the database on the API's own host, the API needs no "
        "password: any other name than postgres is an account with the same rights, for your own tools.",
        example="wod",
    )
    WODPGPASSWD: MaybeSecret = setting(
        None, "The password of WODPGUSER.", secrecy="password", aliases=("WODPGPASSWORD",)
    )
    WODPGLISTEN: ListenAddresses = setting(
        (),
        "Addresses on which the API host's own database listens; none means that only programs on that host reach it. "
        "WODFIREWALLEXTRA lets others in, WODPGUSER is whom they log in as.",
        example=["192.0.2.30"],
    )
    WODBACKUPHOUR: Hour = setting(
        2, "The hour of the nightly backup of the database, in the host's time; the minute differs by host.", example=1
    )
    WODBACKUPKEEP: Positive = setting(14, "How many backups of the database are kept.", example=30)


class Mails(Section):
    """Mails to participants and to backends"""

    FILE = "wod-system"

    WODSENDER: Mail = setting(
        "wodadmin@localhost",
        "The sender of the mails, to participants and to backends.",
        example="wod@example.org",
    )
    WODFEEDBACKURL: MaybeUrl = setting(
        None,
        "Where the last mail asks for feedback; None means nowhere.",
        example="https://example.org/feedback",
    )
    WODSENDGRIDAPIKEY: MaybeSecret = setting(
        None, "The key of SendGrid; unset means SMTP, by WODSMTPHOST.", secrecy="given"
    )
    WODSMTPHOST: MaybeHost = setting(
        None,
        "The mail server that takes mails to participants; None means the first backend's, at POSTPORT.",
        example="smtp.example.org",
    )
    WODSMTPPORT: Port = setting(25, "The port of WODSMTPHOST.", example=587)
    WODSMTPTLS: Flag = setting(False, "Encrypt by STARTTLS, and check WODSMTPHOST's certificate.", example=True)
    WODSMTPUSER: MaybeText = setting(None, "The account at WODSMTPHOST, if it wants one.", example="wod")
    WODSMTPPWD: MaybeSecret = setting(None, "The password of WODSMTPUSER.", secrecy="given")
    WODDENYLIST: Texts = setting(
        ("@1secmail.com", "@1secmail.org"),
        "Parts of mail addresses that may not register.",
        example=["@1secmail.com", "@example.net"],
    )
    WODDISPOSABLE: Flag = setting(False, "Let throw-away mail addresses register.", example=True)


class OpnSense(Section):
    """OPNSense

    For a site whose firewall is an OPNSense server reached over its API.
    """

    FILE = "wod-system"

    OPNSENSEKEY: MaybeSecret = setting(None, "The key of its API.", secrecy="given")
    OPNSENSESEC: MaybeSecret = setting(None, "The secret of its API.", secrecy="given")
    OPNSENSEIP: MaybeAddress = setting(None, "Its address.", example="192.0.2.1")
    OPNSENSEPORT: MaybePort = setting(None, "Its port.", example=443)
