"""The original's Node application in place of our API, where WODAPIREPO names its repository.

It comes before the module apidb: whichever of the two is not wanted lets go of the port before the other takes it.
"""

from __future__ import annotations

import json
from typing import Any

from pyinfra import host

from deploys.modules import module
from wod import bundles, nodeapi, nodeseeds, repos, templates
from wod.apicatalogue import catalogue
from wod.errors import WodError
from wod.facts.platform import platform_of
from wod.inventory import settings_of, siblings
from wod.nodeapi import ACCOUNT, ACCOUNTS, ENVIRONMENT, FOLDER, LINK, STATE, UNIT
from wod.operations import account, files, health, nodetree, packages, refusals, services
from wod.settings import Settings

UNIT_FILE = f"/etc/systemd/system/{UNIT}"
OURS = ("wod-api.service", "wod-lifecycle.service")
"""Of the module apidb."""


@module("Node API")
def apply() -> None:
    """Run the application, or see to it that it does not."""
    settings = settings_of(host)
    if not settings.WODAPIREPO:
        withdraw()
        return
    try:
        application, known = prepare(settings)
        told, logins = nodeapi.environment(application, settings), nodeseeds.accounts(settings, known)
        package = nodeapi.package_of(application)
    except WodError as error:  # an exception here would end the run for every host
        refusals.refused(name="Prepare the Node application", reason=str(error).replace("\n", "; "))
        return
    packages.installed(name="Install Node", family=family(), packages=nodeapi.PACKAGES.get(family(), ()))
    account.system(name=f"Make the account {ACCOUNT}", user=ACCOUNT, home=STATE, comment="WoD API (Node)")
    write_configuration(package, told, logins)
    install(settings, application, known, package)
    run(settings)


def withdraw() -> None:
    """Stopped and disabled, if it ran here before; its data stay."""
    services.running(name="Have no Node application run", units=[services.Unit(UNIT, wanted=False)])
    files.present(name="Have no unit of the Node application", entries=[files.Absent(UNIT_FILE)])


def family() -> str:
    return platform_of(host).family


def prepare(settings: Settings) -> tuple[dict[str, nodeapi.File], dict[str, Any]]:
    """The rendered application, and the catalogue that a new database is filled with; :class:`WodError` if not."""
    problems = nodeapi.problems(settings)
    if problems:
        raise WodError("\n".join(problems))
    fetched = repos.fetch(nodeapi.source_of(settings))
    return nodeapi.read(bundles.tree(fetched), settings), json.loads(catalogue(settings, siblings(host)).reveal())


def write_configuration(package: dict[str, Any], told: str, logins: str) -> None:
    """Its ``.env``, which only its account reads; the SQL for its users, which only root does; the unit."""
    start = nodeapi.start_of(package)
    unit = templates.render("nodeapi/wod-nodeapi.service.j2", account=ACCOUNT, link=LINK, state=STATE, start=start)
    files.present(
        name="Write what the Node application needs to know",
        entries=[
            files.Directory(FOLDER, 0o750, "root", ACCOUNT),
            files.Directory(STATE, 0o700, ACCOUNT, ACCOUNT),
            files.File(ENVIRONMENT, told, 0o600, ACCOUNT, ACCOUNT),
            files.File(ACCOUNTS, logins, 0o600),
            files.File(UNIT_FILE, unit),
        ],
    )


def install(settings: Settings, application: nodeapi.Files, known: dict[str, Any], package: dict[str, Any]) -> None:
    """The tree, with the seeders in it; they are no part of what names it: other workshops are no other release."""
    setup, migrate = nodeapi.setup_of(package)
    shipped = {name: file for name, file in application.items() if name != nodeapi.DOTENV}  # it has its own file
    nodetree.built(
        name="Install the Node application, and bring its database up",
        link=LINK,
        digest=nodeapi.digest_of(shipped, settings.WODPGDB),
        archive=nodeapi.archive({**nodeseeds.seeders(application, known), **shipped}),
        account=ACCOUNT,
        state=STATE,
        environment=ENVIRONMENT,
        database=settings.WODPGDB,
        setup=" && ".join(setup),
        migrate=" && ".join(migrate),
    )
    nodetree.accounts(
        name="Give its users their passwords and roles",
        statements=ACCOUNTS,
        applied=f"{FOLDER}/accounts.applied",
        database=settings.WODPGDB,
    )


def run(settings: Settings) -> None:
    """The service in place of our two, restarted when a file that it read at its start has changed."""
    ours = [services.Unit(name, wanted=False) for name in OURS]
    watch = (UNIT_FILE, ENVIRONMENT, LINK, f"{LINK}/.wod-complete")
    services.running(name="Run the Node application", units=[*ours, services.Unit(UNIT, watch=watch)])
    health.answering(name="Wait until it answers", url=f"http://127.0.0.1:{settings.WODAPIDBPORT}/", unit=UNIT)
