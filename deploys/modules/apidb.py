"""The API: its account, its environment, what it is told, its database's tables and catalogue, its two services."""

from __future__ import annotations

from collections.abc import Sequence

from pyinfra import host

from deploys.modules import module
from wod import apisettings, certificates, templates, wheel
from wod.api import config
from wod.apicatalogue import catalogue
from wod.apisettings import ACCOUNT, LINK, STATE
from wod.errors import WodError
from wod.facts.addresses import Addresses
from wod.inventory import settings_of, siblings
from wod.operations import account, apidatabase, files, health, refusals, services, webserver, wheeltree
from wod.postfix import address_of, is_address
from wod.secrets import Secret
from wod.settings import Settings

FOLDER = apisettings.FOLDER
REQUIREMENTS = f"{FOLDER}/requirements.txt"
CATALOGUE = f"{FOLDER}/catalogue.json"
UNITS = "/etc/systemd/system"
API, LIFECYCLE = "wod-api.service", "wod-lifecycle.service"


@module("API")
def apply() -> None:
    """Install the API, bring its database up to date, keep its services running."""
    settings = settings_of(host)
    if settings.WODAPIREPO:  # the module nodeapi has stopped what is here, and runs the original's application
        return
    try:
        pem = certificate(settings)
    except WodError as error:  # an exception here would end the run for every host
        refusals.refused(name="Prepare the API's certificate", reason=str(error))
        return
    account.system(name=f"Make the account {ACCOUNT}", user=ACCOUNT, home=STATE, comment="WoD API")
    write_configuration(settings, pem)
    install()
    run(settings)
    fill(settings)


def certificate(settings: Settings) -> Secret | None:
    """Chain and key, where the operator has them; :class:`WodError` says what is wrong with them."""
    if settings.WODAPIREPO or not apisettings.pem_of(settings):
        return None
    if problem := apisettings.tls_problem(settings):
        raise WodError(problem)
    if settings.WODAPITLS != "files":
        return None
    names = [settings.WODAPIDBFQDN]
    return certificates.bundle(settings.WODAPITLSCERT, settings.WODAPITLSKEY, names, called=certificates.API)


def write_configuration(settings: Settings, pem: Secret | None) -> None:
    """Files with secrets, for the API's account only; the folders; the units."""
    encryption = [files.File(apisettings.pem_of(settings), pem, 0o640, "root", ACCOUNT)] if pem else []
    files.present(
        name="Write what the API needs to know",
        entries=[
            files.Directory(FOLDER, 0o750, "root", ACCOUNT),
            files.Directory(STATE, 0o700, ACCOUNT, ACCOUNT),
            files.File(REQUIREMENTS, templates.text("apidb/packages/requirements.txt")),
            files.File(str(config.PATH), told(settings), 0o640, "root", ACCOUNT),
            *encryption,
            files.File(f"{UNITS}/{API}", templates.render(f"apidb/{API}.j2", **api_values(settings))),
            files.File(f"{UNITS}/{LIFECYCLE}", templates.render(f"apidb/{LIFECYCLE}.j2", **lifecycle_values(settings))),
        ],
    )
    if settings.WODAPITLS == "self":
        path, name = apisettings.pem_of(settings), settings.WODAPIDBFQDN
        webserver.own_certificate(name="Have a certificate", path=path, host_name=name, group=ACCOUNT)


def told(settings: Settings) -> Secret:
    return Secret("api.json", config.dump(apisettings.api_of(settings)))


def api_values(settings: Settings) -> dict[str, object]:
    return {
        "account": ACCOUNT,
        "link": LINK,
        "listen": settings.WODAPILISTEN,
        "port": settings.WODAPIDBPORT,
        "workers": settings.WODAPIWORKERS,
        "trusted": apisettings.trusted(frontends()),
        "pem": apisettings.pem_of(settings),
    }


def lifecycle_values(settings: Settings) -> dict[str, object]:
    return {"account": ACCOUNT, "link": LINK, "watchdog": apisettings.watchdog(settings)}


def frontends() -> list[str]:
    """The frontends' addresses; of those that the inventory gives no address of, as this host knows them."""
    known = [address_of(each.declared) for each in siblings(host) if each.role == "frontends"]
    return [text for text in known if is_address(text)] + _resolved([text for text in known if not is_address(text)])


def _resolved(names: Sequence[str]) -> list[str]:
    found = (host.get_fact(Addresses, names=list(names)) or {}) if names else {}
    return [address for each in found.values() for address in each]


def install() -> None:
    """The new tree migrates the tables before it becomes the one in use; until then the old code serves."""
    wheeltree.built(
        name="Install the API and migrate its database",
        link=LINK,
        digest=wheeltree.digest_of(wheel.API, templates.text("apidb/packages/requirements.txt")),
        requirements=REQUIREMENTS,
        part=wheel.API,
        ready=apidatabase.MIGRATE,
    )


def run(settings: Settings) -> None:
    """Both services, restarted when a file that they read at their start has changed."""
    read = (str(config.PATH), LINK, f"{LINK}/.wod-complete")
    encrypted = [apisettings.pem_of(settings)] if apisettings.pem_of(settings) else []
    units = [
        services.Unit(API, watch=(f"{UNITS}/{API}", *read, *encrypted)),
        services.Unit(LIFECYCLE, watch=(f"{UNITS}/{LIFECYCLE}", *read)),
    ]
    services.running(name="Run the API and the life cycle", units=units)
    health.answering(name="Wait until the API answers", url=apisettings.health_url(settings), unit=API)


def fill(settings: Settings) -> None:
    """The catalogue, last: content with errors must not keep the API itself from being rolled out."""
    try:
        wanted = catalogue(settings, siblings(host))
    except WodError as error:  # it would end the run for every host
        refusals.refused(name="Read the catalogue", reason=str(error).replace("\n", "; "))
        return
    files.present(name="Write the catalogue", entries=[files.File(CATALOGUE, wanted, 0o640, "root", ACCOUNT)])
    apidatabase.current(name="Bring the catalogue into the database", link=LINK, account=ACCOUNT, catalogue=CATALOGUE)
