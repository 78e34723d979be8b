"""Accounts and keys: the Hub's token, the API's users, the database, mail, a firewall in front."""

from __future__ import annotations

from wod.settings.declare import Section, setting
from wod.settings.types import Host, Mail, MaybeAddress, MaybePort, MaybeSecret, MaybeUrl, Port, Text, Texts


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


class Database(Section):
    """The database of the API (PostgreSQL)"""

    FILE = "wod-system"

    WODPGHOST: Host = setting(
        "localhost", "The database's host, as the API sees it.", example="db.internal.example.org"
    )
    WODPGPORT: Port = setting(5432, "The database's port.", example=5433)
    WODPGDB: Text = setting("workshops-on-demand", "The database's name.", example="wod")
    WODPGUSER: Text = setting("postgres", "The API's account in the database.", example="wod")
    WODPGPASSWD: MaybeSecret = setting(
        None, "The password of WODPGUSER.", secrecy="password", aliases=("WODPGPASSWORD",)
    )


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
        None, "The key of SendGrid; unset means plain SMTP through the backend.", secrecy="given"
    )
    WODDENYLIST: Texts = setting(
        ("@1secmail.com", "@1secmail.org"),
        "Parts of mail addresses that may not register.",
        example=["@1secmail.com", "@example.net"],
    )


class OpnSense(Section):
    """OPNSense

    For a site whose firewall is an OPNSense server reached over its API.
    """

    FILE = "wod-system"

    OPNSENSEKEY: MaybeSecret = setting(None, "The key of its API.", secrecy="given")
    OPNSENSESEC: MaybeSecret = setting(None, "The secret of its API.", secrecy="given")
    OPNSENSEIP: MaybeAddress = setting(None, "Its address.", example="192.0.2.1")
    OPNSENSEPORT: MaybePort = setting(None, "Its port.", example=443)
