"""What the API and its life cycle are told, from the settings of their host."""

from __future__ import annotations

from collections.abc import Iterable

from wod import database, previous
from wod.api import config
from wod.api.config import Api, Mail, Timing
from wod.secrets import Secret
from wod.settings import Settings

ACCOUNT = database.ROLE
"""Runs the API and the life cycle, and owns the database."""
LINK = "/opt/wod-api"
PROGRAM = f"{LINK}/bin/wod-api"
FOLDER = str(config.PATH.parent)
STATE = "/var/lib/wod-api"
PORTS = {"http": 80, "https": 443}
ALL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
"""Listening on all addresses → one of them that the host itself reaches."""


def api_of(settings: Settings) -> Api:
    """Secrets are revealed here: what is made of this goes to the host by stdin only."""
    portal = portal_of(settings)
    mail_before, token_before = (previous.of(settings, f"{name}BEFORE") for name in previous.KEPT)
    return Api(
        database=database.url_of(settings),
        token_key=_revealed(settings.WODAPITOKENKEY),
        token_life=settings.WODTOKENLIFE,
        origins=(portal,),
        denied=tuple(settings.WODDENYLIST),
        disposable=not settings.WODDISPOSABLE,
        mail_key=_revealed(settings.WODMAILKEY),
        mail_port=settings.POSTPORT,
        mail_user=settings.WODUSER,
        mail=mail_of(settings),
        timing=Timing(settings.WODTICK, settings.WODSTUCK, settings.WODWARNING, settings.WODRESEND),
        frontend=portal,
        feedback=settings.WODFEEDBACKURL or "",
        branding=settings.BRANDINGWOD,
        extensions=settings.WODEXTENSIONS,
        keep=settings.WODKEEPDAYS,
        mail_key_before=mail_before.key,
        mail_key_until=mail_before.until,
        token_key_before=token_before.key,
        token_key_until=token_before.until,
    )


def mail_of(settings: Settings) -> Mail:
    """By WODSMTPHOST; without one by the first backend's mail server, which trusts the API, as the original does."""
    if settings.WODSENDGRIDAPIKEY or not settings.WODSMTPHOST:
        key = _revealed(settings.WODSENDGRIDAPIKEY)
        return Mail(settings.WODSENDER, settings.WODBEFQDN, settings.POSTPORT, sendgrid_key=key)
    return Mail(
        settings.WODSENDER,
        settings.WODSMTPHOST,
        settings.WODSMTPPORT,
        settings.WODSMTPTLS,
        settings.WODSMTPUSER or "",
        _revealed(settings.WODSMTPPWD),
    )


def portal_of(settings: Settings) -> str:
    """The portal's URL as browsers write it in ``Origin``: without the protocol's own port."""
    proto, port = settings.WODFEEXTPROTO, settings.WODFEEXTPORT
    return f"{proto}://{_bracketed(settings.WODFEEXTFQDN)}" + ("" if PORTS[proto] == port else f":{port}")


def health_url(settings: Settings) -> str:
    """Where the host itself asks the API whether it works."""
    address = ALL.get(settings.WODAPILISTEN, settings.WODAPILISTEN)
    proto = "https" if pem_of(settings) else "http"
    return f"{proto}://{_bracketed(address)}:{settings.WODAPIDBPORT}/healthz"


def pem_of(settings: Settings) -> str:
    """The file on its host with the API's chain and key; empty where it speaks plain HTTP.

    One that signed itself is for one name, which is in the file's: under a new name there is a new one.
    """
    kinds = {"files": f"{FOLDER}/tls.pem", "self": f"{FOLDER}/self-signed-{settings.WODAPIDBFQDN}.pem"}
    return "" if settings.WODAPIREPO else kinds.get(settings.WODAPITLS, "")


def tls_problem(settings: Settings) -> str:
    """What contradicts itself in what is said of the API's encryption, in a sentence; or nothing."""
    if settings.WODAPITLS != "off" and settings.WODAPIDBPROTO == "http":
        return f"WODAPITLS is {settings.WODAPITLS} while WODAPIDBPROTO is http; set WODAPIDBPROTO to https"
    if settings.WODAPITLS == "files" and not (settings.WODAPITLSCERT and settings.WODAPITLSKEY):
        return "WODAPITLS is files; name the certificate in WODAPITLSCERT and its key in WODAPITLSKEY"
    return ""


def trusted(addresses: Iterable[str]) -> str:
    """Whose ``X-Forwarded-For`` is believed, as uvicorn reads FORWARDED_ALLOW_IPS: this host, the frontends."""
    return ",".join(dict.fromkeys(["127.0.0.1", "::1", *sorted(addresses)]))


def watchdog(settings: Settings) -> int:
    """Seconds without a sign of life after which the life cycle hangs: it gives one each turn, and each mail."""
    return max(180, 4 * int(settings.WODTICK))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _revealed(value: object) -> str:
    return value.reveal() if isinstance(value, Secret) else str(value or "")
