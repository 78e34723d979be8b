"""The mail server of a backend: takes the site's orders in, and hands them to the engine through procmail."""

from __future__ import annotations

from pyinfra import host

from deploys.modules import module
from wod import postfix, templates
from wod.facts.addresses import Addresses
from wod.facts.platform import Platform, platform_of
from wod.inventory import settings_of, siblings
from wod.operations import files, packages, refusals, services
from wod.settings import Settings

STAGED_CHECK = "; ".join(
    (
        """set -e; folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT""",
        f'cp {postfix.MAIN} {postfix.MASTER} "$folder"',
        'name=$(basename %s); cp %s "$folder/${name%.wod-new*}"',
        'postconf -c "$folder" -n >/dev/null; postconf -c "$folder" -M >/dev/null; postfix -c "$folder" check',
    )
)
"""Both files of postfix in a folder of their own, one of them the new one."""


@module("Mail server")
def apply() -> None:
    """Install, configure and run postfix."""
    settings, platform = settings_of(host), platform_of(host)
    if not platform.family:
        packages.unsupported(name="Know the distribution", distribution=str(platform))
        return
    senders = postfix.Senders.of(siblings(host))
    found = resolved(senders.names)
    unknown = [name for name in senders.names if not found.get(name)]
    if unknown:
        refusals.refused(name="Know the API's address", reason=UNKNOWN.format(names=", ".join(unknown)))
        return
    packages.installed(name="Install postfix and procmail", family=platform.family, packages=postfix.PACKAGES)
    addresses = [*senders.addresses, *(address for each in found.values() for address in each)]
    write_configuration(settings, platform, addresses)
    run(platform)


UNKNOWN = "this host does not know the address of {names}; give it in the inventory: Host(..., address=...)"


def resolved(names: tuple[str, ...]) -> dict[str, list[str]]:
    """The addresses of those API hosts that the inventory gives no address of, as this host knows them."""
    return (host.get_fact(Addresses, names=list(names)) or {}) if names else {}


def write_configuration(settings: Settings, platform: Platform, addresses: list[str]) -> None:
    """Four whole files; postfix judges its own two before they take the old ones' places."""
    values = postfix.main_values(settings, platform, addresses)
    jail = "y" if platform.family == "debian" else "n"  # each as its distribution has it
    files.present(
        name="Write the mail server's configuration",
        entries=[
            files.File(
                postfix.RULES,
                templates.render(
                    "postfix/procmailrc.j2",
                    admin=settings.WODUSER,
                    engine=postfix.ENGINE,
                    receiver=postfix.RECEIVER,
                    mbox=postfix.MAILBOX,
                ),
            ),
            files.File(
                postfix.CLIENTS, templates.render("postfix/clients.cidr.j2", own=postfix.own_addresses(settings))
            ),
            files.File(
                postfix.MASTER,
                templates.render("postfix/master.cf.j2", port=settings.POSTPORT, jail=jail),
                check=STAGED_CHECK,
            ),
            files.File(postfix.MAIN, templates.render("postfix/main.cf.j2", **values), check=STAGED_CHECK),
        ],
    )


def run(platform: Platform) -> None:
    """Restarted, not reloaded, when a file changed: a new port needs it, and what is in the queue stays there."""
    *standing, server = postfix.units(platform)
    watch = (postfix.MAIN, postfix.MASTER, postfix.CLIENTS)
    services.running(
        name="Run the mail server",
        units=[*map(services.Unit, standing), services.Unit(server, watch=watch, check="postfix check")],
    )
