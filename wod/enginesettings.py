"""What a backend's engine is told, from the host's settings."""

from __future__ import annotations

from collections.abc import Mapping

from wod import previous
from wod.engine.config import Ldap, Receiver, Worker
from wod.hub import Hub
from wod.secrets import Secret
from wod.settings import Settings, configured
from wod.settings.families import is_workshop
from wod.settings.schema import ALIASES, SETTINGS
from wod.settings.schema.workshops import Workshops

ACCOUNT = "wod-engine"
"""Takes the mails in; the worker is root, since it changes passwords and other people's homes."""
LINK = "/opt/wod-engine"
ENVIRONMENT = tuple(
    """
    WODUSER WODTYPE WODAPIDBFQDN WODAPIDBPORT WODAPIDBURL WODAPIDBEXTFQDN WODAPIDBEXTPORT WODAPIDBEXTURL
    WODBEFQDN WODBEPORT WODBEEXTFQDN WODBEEXTPORT WODFEFQDN WODFEEXTFQDN WODBEAPIURL WODROOTDIR
    WODINSDIR WODINSANSDIR WODINSSCRIPTDIR WODINSSYSDIR WODGROUP WODBEDIR WODPRIVDIR WODPRIVNOBO
    WODPRIVINV WODAPIDBDIR WODFEDIR WODNOBO WODSYSDIR WODSYSPRIVDIR WODCURLOPT WODANSPRIVOPT
    WODANSPLAYOPT ANSIBLEDIR ANSIBLEPRIVDIR SCRIPTDIR SCRIPTPRIVDIR STUDDIR USERMIN USERMAX BASESTDID
    POSTPORT
    """.split()  # noqa: SIM905 - forty names are a text, not forty lines
)
"""The settings in ``/etc/wod.sh`` (contract section 15)."""


def receiver_of(settings: Settings) -> Receiver:
    """How orders are judged. The key is revealed here: what is made of this goes to the host by stdin only."""
    before = previous.of(settings, "WODMAILKEYBEFORE")
    return Receiver(
        backend=settings.WODBEEXTFQDN,
        key=_revealed(settings.WODMAILKEY),
        first=settings.USERMIN,
        last=settings.USERMAX,
        window=settings.WODMAILWINDOW,
        unsigned_from=tuple(settings.WODUNSIGNEDFROM),
        before=before.key,
        until=before.until,
    )


def worker_of(settings: Settings) -> Worker:
    """How requests are carried out, secrets included."""
    return Worker(
        backend=settings.WODBEEXTFQDN,
        first=settings.USERMIN,
        last=settings.USERMAX,
        basestdid=settings.BASESTDID,
        uidbase=settings.UIDBASE,
        gidbase=settings.GIDBASE,
        students=settings.STUDDIR,
        admin=settings.WODUSER,
        public_workshops=settings.WODNOBO,
        private_workshops=settings.WODPRIVNOBO,
        public_scripts=(settings.SCRIPTDIR, f"{settings.WODNOBO}/scripts"),
        private_scripts=(settings.SCRIPTPRIVDIR,),
        skeletons=("/etc/skel", f"{settings.WODPRIVDIR}/skel"),
        hub_url=Hub.access.url,
        hub_token=_revealed(settings.WODBETOKEN),
        api_url=settings.WODFEAPIURL,
        api_user=settings.WODFEAPIUSER,
        api_password=_revealed(settings.WODFEAPIPWD),
        ldap=_ldap_of(settings),
        appliances=_appliances(settings),
        variables=variables_of(settings),
        jobs=settings.WODENGINEJOBS,
        patience=settings.WODENGINEPATIENCE,
        hook_timeout=settings.WODHOOKTIMEOUT,
        insecure=is_insecure(settings),
        vault_password=_revealed(settings.VAULTPWD),
    )


def is_insecure(settings: Settings) -> bool:
    """Whether certificates that nobody vouches for are taken: the original installer's -c says so in WODCURLOPT."""
    return "-k" in settings.WODCURLOPT.split()


def _revealed(value: object) -> str:
    return value.reveal() if isinstance(value, Secret) else str(value or "")


def _ldap_of(settings: Settings) -> Ldap | None:
    if not settings.LDAPSRVNAME:
        return None
    return Ldap(
        server=settings.LDAPSRVNAME,
        port=settings.LDAPPORT,
        domain=settings.LDAPDMN or "",
        user=settings.WODLDAPSETUPUSER,
        password=_revealed(settings.LDAPPWD),
    )


def _appliances(settings: Settings) -> Mapping[str, str]:
    family = (name for name in settings if name.startswith("IP-WKSHP-"))
    return {name: str(settings[name]) for name in family if configured(settings[name])}


def variables_of(settings: Settings) -> dict[str, object]:
    """What notebooks may use: plain settings under each of their names, and the secrets that are workshops' own."""
    values = {name: _variable(name, settings[name]) for name in settings if _is_variable(name, settings[name])}
    return values | {alias: values[name] for alias, name in ALIASES.items() if name in values}


def _is_variable(name: str, value: object) -> bool:
    if isinstance(value, Secret):
        return is_workshop(name) or name not in SETTINGS or SETTINGS[name].section is Workshops
    return value is None or isinstance(value, str | int | float)


def _variable(name: str, value: object) -> object:
    return value.reveal() if isinstance(value, Secret) else value


def environment_of(settings: Settings) -> dict[str, object]:
    """What ``/etc/wod.sh`` exports for hook scripts written for the original, which says WOD before every name."""
    return {"WOD" + name.removeprefix("WOD"): settings[name] for name in ENVIRONMENT}
