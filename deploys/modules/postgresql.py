"""The API's database: the server on the API's own host (or, with WODPGHOST, only its programs); nightly backups."""

from __future__ import annotations

from pyinfra import host

from deploys.modules import module
from wod import database, templates
from wod.apisettings import ACCOUNT, PROGRAM
from wod.facts.platform import platform_of
from wod.facts.postgresql import Memory
from wod.inventory import settings_of
from wod.operations import files, packages, postgresql, services
from wod.settings import Settings
from wod.system import stable_minute

SERVICE = "/etc/systemd/system/wod-backup.service"
TIMER = "/etc/systemd/system/wod-backup.timer"


@module("PostgreSQL")
def apply() -> None:
    """Keep the database's server, the API's role and database in it, and their backups."""
    settings, platform = settings_of(host), platform_of(host)
    layout = database.layout_of(platform)
    if not platform.family or layout is None:
        packages.unsupported(name="Know the distribution", distribution=str(platform))
        return
    wanted = database.packages_for(settings, platform)
    packages.installed(name="Install PostgreSQL", family=platform.family, packages=wanted)
    if database.is_local(settings):
        run_server(settings, layout)
    back_up(settings, layout.unit if database.is_local(settings) else "")


def run_server(settings: Settings, layout: database.Layout) -> None:
    """Its cluster, its configuration, the service, then what is in it."""
    postgresql.cluster(
        name="Make PostgreSQL's cluster, and say who gets in",
        layout=layout,
        port=settings.WODPGPORT,
        access=database.access_lines(settings),
    )
    values = database.drop_in_values(settings, host.get_fact(Memory) or 0)
    drop_in = templates.render("postgresql/wod.conf.j2", **values)
    files.present(name="Configure PostgreSQL", entries=[files.File(layout.drop_in, drop_in)])
    watch = (layout.drop_in, layout.access)
    unit = services.Unit(layout.unit, watch=watch, check=layout.check)
    services.running(name="Run PostgreSQL", units=[unit])
    postgresql.database(
        name=f"Make the role {database.ROLE} and its database",
        port=settings.WODPGPORT,
        database=settings.WODPGDB,
        owner=database.ROLE,
        tools=database.second_role(settings),
    )


def back_up(settings: Settings, unit: str) -> None:
    """Every night, by the API's own program (the module apidb brings it, unless WODAPIREPO is set)."""
    service = {"account": ACCOUNT, "program": PROGRAM, "folder": database.BACKUPS, "keep": settings.WODBACKUPKEEP}
    when = {"hour": settings.WODBACKUPHOUR, "minute": stable_minute(host.name)}
    files.present(
        name="Write the nightly backup",
        entries=[
            files.File(SERVICE, templates.render("postgresql/wod-backup.service.j2", unit=unit, **service)),
            files.File(TIMER, templates.render("postgresql/wod-backup.timer.j2", **when)),
        ],
    )
    timer = services.Unit("wod-backup.timer", watch=(TIMER,), wanted=not settings.WODAPIREPO)
    services.running(name="Back up every night", units=[timer])
