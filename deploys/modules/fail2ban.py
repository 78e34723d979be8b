"""fail2ban: who guesses passwords, at SSH or at JupyterHub, is kept out for a while."""

from __future__ import annotations

from pyinfra import host

from deploys.modules import module
from wod import fail2ban, templates
from wod.facts.platform import Platform, platform_of
from wod.inventory import settings_of, siblings
from wod.operations import files, packages, refusals, services
from wod.settings import Settings

STAGED_CHECK = "; ".join(
    (
        """set -e; folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT""",
        'cp -a /etc/fail2ban/. "$folder"; rm -f "$folder"/jail.d/wod.local*',
        'cp %s "$folder/jail.d/wod.local"; fail2ban-client -c "$folder" -t',
    )
)
"""All of fail2ban's configuration in a folder of its own, with the new jails."""


@module("fail2ban")
def apply() -> None:
    """Install, configure and run fail2ban."""
    settings, platform = settings_of(host), platform_of(host)
    problem = fail2ban.opnsense_problem(settings)
    if not platform.family:
        packages.unsupported(name="Know the distribution", distribution=str(platform))
        return
    if problem:
        refusals.refused(name="Know the OPNsense firewall", reason=problem)
        return
    install(platform)
    write_configuration(settings)
    run(settings)


def install(platform: Platform) -> None:
    for wanted in host.loop(fail2ban.packages_of(platform)):
        packages.installed(name=f"Install {', '.join(wanted)}", family=platform.family, packages=wanted)


def write_configuration(settings: Settings) -> None:
    """Filters and actions first: the new jails are judged with them before they take the old ones' place."""
    files.present(
        name="Write jails, filters and actions",
        entries=[
            files.File(fail2ban.HUB_FILTER, templates.text("fail2ban/jupyterhub.conf")),
            files.File(fail2ban.SSH_FILTER, templates.text("fail2ban/sshd.conf")),
            *opnsense_files(settings),
            files.File(
                fail2ban.JAILS, templates.render("fail2ban/jails.j2", **jail_values(settings)), check=STAGED_CHECK
            ),
        ],
    )


def jail_values(settings: Settings) -> dict[str, object]:
    return {
        "retry": settings.WODFAIL2BANRETRY,
        "find": settings.WODFAIL2BANFIND,
        "time": settings.WODFAIL2BANTIME,
        "ignored": fail2ban.never_banned(settings, siblings(host)),
        "ssh_ports": fail2ban.ssh_ports(host.data.get("ssh_port")),
        "hub_port": settings.WODBEPORT if "backends" in host.groups else None,
        "opnsense": bool(settings.OPNSENSEIP),
    }


def opnsense_files(settings: Settings) -> list[files.Entry]:
    """How to tell the OPNsense firewall; without one, what an earlier run left is taken away."""
    if not settings.OPNSENSEIP:
        return [files.Absent(fail2ban.OPNSENSE_LOGIN), files.Absent(fail2ban.OPNSENSE_ACTION)]
    action = templates.render(
        "fail2ban/opnsense.conf.j2",
        login=fail2ban.OPNSENSE_LOGIN,
        url=fail2ban.opnsense_url(settings),
        alias=fail2ban.OPNSENSE_ALIAS,
    )
    return [
        files.File(fail2ban.OPNSENSE_LOGIN, fail2ban.opnsense_login(settings), mode=0o600),
        files.File(fail2ban.OPNSENSE_ACTION, action),
    ]


def run(settings: Settings) -> None:
    """fail2ban, restarted when what it was told has changed."""
    action = [fail2ban.OPNSENSE_ACTION] if settings.OPNSENSEIP else []
    told = (fail2ban.JAILS, fail2ban.HUB_FILTER, fail2ban.SSH_FILTER, *action)
    services.running(
        name="Run fail2ban",
        units=[services.Unit("fail2ban.service", watch=told, check="fail2ban-client -t")],
    )
