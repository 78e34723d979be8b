"""What a backend needs besides its Hub: database ids, mail, LDAP."""

from __future__ import annotations

from wod.settings.declare import Section, setting
from wod.settings.types import Count, Flag, MaybeAddress, MaybeHost, MaybeSecret, MaybeText, Port, Text


class Backend(Section):
    """Seats and mail of a backend"""

    FILE = "wod-backend"

    BASESTDID: Count = setting(
        0,
        "Added to a student's number to give the id of the seat in the database. Each backend needs a range "
        "of its own, BASESTDID+1 to BASESTDID+USERMAX; the inventory gives backend number n the value (n-1) "
        "* USERMAX. It has nothing to do with UIDBASE.",
        example=2000,
        aliases=("WODBASESTDID",),
    )
    POSTPORT: Port = setting(
        10025,
        "The port on which postfix takes the life cycle's mails.",
        example=10030,
        aliases=("WODPOSTPORT",),
    )


class Ldap(Section):
    """LDAP

    For workshops that are marked to use it in the database; leave it unset otherwise.
    """

    FILE = "wod-backend"

    LDAPSRVNAME: MaybeHost = setting(None, "The LDAP server.", example="ldap.example.org", aliases=("WODLDAPSRVNAME",))
    WODLDAPSRVIP: MaybeAddress = setting(
        None, "The LDAP server's address, where its name does not resolve.", example="192.0.2.20"
    )
    LDAPDMN: MaybeText = setting(
        None,
        "The domain below which the accounts live.",
        example="dc=example,dc=org",
        aliases=("WODLDAPDMN",),
    )
    LDAPPWD: MaybeSecret = setting(
        None, "The password of cn=Directory Manager.", secrecy="given", aliases=("WODLDAPPWD",)
    )
    LDAPPORT: Port = setting(389, "The LDAP server's port.", example=636, aliases=("WODLDAPPORT",))
    WODLDAPSETUP: Flag = setting(
        False, "Take the students of appliances from LDAP instead of local accounts.", example=True
    )
    WODLDAPSETUPUSER: Text = setting(
        "student", "How the accounts in LDAP are called, before their number.", example="user"
    )
