"""The operating system below everything else: packages, admin account, limits, names, firewall, updates, time."""

from __future__ import annotations

from pyinfra import host
from pyinfra.operations import files as stock

from deploys.modules import module
from wod import skeleton, templates
from wod.facts.firewall import Opening
from wod.facts.platform import Platform, platform_of
from wod.inventory import TEMP_DIR, settings_of, siblings
from wod.operations import admin, files, firewall, kernel, packages, services
from wod.postfix import mail_openings
from wod.private import Private
from wod.settings import Settings
from wod.system import TIME_SERVICES, base_packages, firewall_of, host_names, ports_of, stable_minute, syncs_time


@module("System")
def apply() -> None:
    """Make a host of a supported distribution ready for any role."""
    settings, platform = settings_of(host), platform_of(host)
    if not platform.family:
        packages.unsupported(name="Know the distribution", distribution=str(platform))
        return
    install_packages(settings, platform)
    prepare_accounts(settings)
    write_configuration(settings, platform)
    set_kernel_parameters(settings, platform)
    name_hosts(settings)
    guard(settings, platform)
    keep_up(settings, platform)


def install_packages(settings: Settings, platform: Platform) -> None:
    wanted = base_packages(settings, platform)
    packages.installed(name="Install the base packages", family=platform.family, packages=wanted)


def prepare_accounts(settings: Settings) -> None:
    admin.account(name=f"Make {settings.WODUSER} and its SSH key", user=settings.WODUSER)
    connecting = str(host.data.get("ssh_user") or "root")
    files.present(
        name="Make the folders of wod, and let its admin use sudo",
        entries=[
            files.Directory("/etc/wod"),
            files.Directory("/var/lib/wod"),
            files.Directory(TEMP_DIR, 0o700, connecting, connecting),
            files.File(
                "/etc/sudoers.d/90-wod",
                templates.render("system/sudoers.j2", user=settings.WODUSER),
                mode=0o440,
                check="visudo -cf %s",
            ),
        ],
    )


def write_configuration(settings: Settings, platform: Platform) -> None:
    values, _ = kernel.split_for_container(settings.WODSYSCTL, bool(platform.container))
    files.present(
        name="Write limits, kernel parameters and the skeleton of homes",
        entries=[
            files.File(
                "/etc/security/limits.d/90-wod.conf",
                templates.render("system/limits.conf.j2", nproc=settings.WODNPROC, nofile=settings.WODNOFILE),
            ),
            files.Directory("/etc/systemd/system/user-.slice.d"),
            files.File(
                "/etc/systemd/system/user-.slice.d/90-wod.conf",
                templates.render("system/user-slice.conf.j2", tasks=settings.WODUSERTASKSMAX),
            ),
            files.File("/etc/sysctl.d/90-wod.conf", templates.render("system/sysctl.conf.j2", values=values)),
            *skeleton.entries(Private.of(settings)),
        ],
    )


def set_kernel_parameters(settings: Settings, platform: Platform) -> None:
    values, left_out = kernel.split_for_container(settings.WODSYSCTL, bool(platform.container))
    if left_out:
        host.noop(f"{', '.join(left_out)} belong to the machine that runs this {platform.container} container")
    if values:
        kernel.parameters(name="Set the kernel parameters", values=values)


def name_hosts(settings: Settings) -> None:
    lines = host_names(host.name, siblings(host), settings.WODHOSTS)
    stock.block(
        name="Name the platform's hosts in /etc/hosts",
        path="/etc/hosts",
        content="\n".join(lines),
        present=bool(lines),
        marker="# {mark} wod: changes between these lines are undone",
        try_prevent_shell_expansion=True,
    )


def guard(settings: Settings, platform: Platform) -> None:
    """The firewall: SSH, the ports of the host's roles, and what the settings add."""
    kind = firewall_of(settings, platform)
    if not kind:
        return
    ports = [Opening(port) for role in host.groups for port in ports_of(role, settings)]
    mail = mail_openings(settings, siblings(host)) if "backends" in host.groups else []
    extra = [Opening.parse(text) for text in settings.WODFIREWALLEXTRA]
    firewall.opened(name="Let in SSH and the role's ports only", kind=kind, openings=[*ports, *mail, *extra])


def keep_up(settings: Settings, platform: Platform) -> None:
    """Daily updates of the distribution, and the clock."""
    timer = "/etc/systemd/system/wod-update.timer"
    when = {"hour": settings.WODUPDATEHOUR, "minute": stable_minute(host.name)}
    files.present(
        name="Write the daily update",
        entries=[
            files.File(
                "/usr/local/sbin/wod-update",
                templates.text(f"system/wod-update.{platform.family}"),
                mode=0o755,
            ),
            files.File("/etc/systemd/system/wod-update.service", templates.render("system/wod-update.service.j2")),
            files.File(timer, templates.render("system/wod-update.timer.j2", **when)),
        ],
    )
    update = services.Unit("wod-update.timer", watch=(timer,), wanted=settings.WODUPDATES)
    clock = [services.Unit(TIME_SERVICES[platform.family][1])] if syncs_time(settings, platform) else []
    services.running(name="Update every day, keep the clock", units=[update, *clock])
