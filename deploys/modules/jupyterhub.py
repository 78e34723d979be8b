"""JupyterHub: environment, kernels, configuration and two services, restarted only when something they read changed."""

from __future__ import annotations

import json

from pyinfra import host

from deploys.modules import module
from wod import templates
from wod.facts.packages import optional_packages
from wod.facts.platform import Platform, platform_of
from wod.hub import Hub
from wod.inventory import settings_of
from wod.kernels import FOLDER, Kernel, kernels_of, specification
from wod.operations import files, hubtree, packages, services
from wod.settings import Settings

SOURCES = "/etc/jupyterhub/packages"
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
"""JupyterLab's defaults for participants: it asks nobody elsewhere for news, and them not whether it may."""
PACKAGE_LISTS = ("requirements.txt", "package.json", "package-lock.json")


@module("JupyterHub")
def apply() -> None:
    """Bring the Hub of a backend up, or up to date."""
    settings, platform = settings_of(host), platform_of(host)
    if not platform.family:
        packages.unsupported(name="Know the distribution", distribution=str(platform))
        return
    hub = Hub(settings)
    kernels = installable(kernels_of(settings.WODKERNELS), platform)
    install_environment(hub, kernels, platform)
    write_configuration(hub, kernels, platform)
    run(hub)


def installable(kernels: list[Kernel], platform: Platform) -> list[Kernel]:
    """Without the kernels whose program this distribution does not offer; each is said."""
    needs = [kernel.needs for kernel in kernels if kernel.needs]
    offered = optional_packages(host, platform.family, needs) if needs else set()
    for kernel in kernels:
        if kernel.needs and kernel.needs not in offered:
            host.noop(f"no {kernel.display_name} kernel: {platform} has no package {kernel.needs}")
    return [kernel for kernel in kernels if not kernel.needs or kernel.needs in offered]


def install_environment(hub: Hub, kernels: list[Kernel], platform: Platform) -> None:
    """Packages of kernels, the pinned lists, and the tree built from them."""
    wanted = {package for kernel in kernels for package in (*kernel.packages, kernel.needs) if package}
    if wanted:
        packages.installed(name="Install the kernels' packages", family=platform.family, packages=wanted)
    lists = {name: templates.text(f"jupyterhub/packages/{name}") for name in PACKAGE_LISTS}
    lists["kernels.txt"] = "".join(f"{item}\n" for kernel in kernels for item in kernel.requirements)
    files.present(
        name="Write the lists of pinned packages",
        entries=[
            files.Directory("/etc/jupyterhub"),
            files.Directory("/etc/jupyterhub/conf.d", 0o700),
            files.Directory(SOURCES),
            files.Directory(hub.state, 0o700),
            *[files.File(f"{SOURCES}/{name}", text) for name, text in lists.items()],
        ],
    )
    hubtree.built(
        name="Build the environment",
        link=hub.prefix,
        digest=hubtree.digest_of(lists.values()),
        sources=SOURCES,
        state=hub.state,
    )


def write_configuration(hub: Hub, kernels: list[Kernel], platform: Platform) -> None:
    """The Hub reads its new configuration once before it takes the old one's place."""
    names = [kernel.name for kernel in kernels]
    server = {"KernelSpecManager": {"allowed_kernelspecs": names, "ensure_native_kernel": "python3" in names}}
    files.host_secret(name="Make the proxy's token", path=hub.proxy_token_file, variable="CONFIGPROXY_AUTH_TOKEN")
    files.present(
        name="Write the Hub's configuration",
        entries=[
            files.File("/etc/pam.d/jupyterhub", templates.text(f"jupyterhub/pam.{platform.family}")),
            files.File(hub.token_file, hub.settings.WODBETOKEN, mode=0o600),
            files.File(hub.forget, templates.text("jupyterhub/forget_tokens.py")),
            files.Directory("/etc/jupyter"),
            files.File("/etc/jupyter/jupyter_server_config.json", json.dumps(server, indent=1)),
            files.Directory("/etc/jupyter/labconfig"),
            files.File("/etc/jupyter/labconfig/default_setting_overrides.json", json.dumps(QUIET, indent=1)),
            files.Directory(FOLDER),
            *[entry for kernel in kernels for entry in kernel_files(kernel, hub.prefix)],
            files.File(hub.slice, templates.text("jupyterhub/students.slice")),
            files.File(hub.proxy_unit, templates.render("jupyterhub/jupyterhub-proxy.service.j2", **hub.values)),
            files.File(hub.unit, templates.render("jupyterhub/jupyterhub.service.j2", **hub.values)),
            files.File(
                hub.config,
                templates.render("jupyterhub/jupyterhub_config.py.j2", **hub.values),
                mode=0o640,
                check=f"cd / && {hub.prefix}/bin/jupyterhub --show-config --config %s >/dev/null",
            ),
        ],
    )


def kernel_files(kernel: Kernel, prefix: str) -> list[files.Entry]:
    folder = f"{FOLDER}/{kernel.name}"
    return [files.Directory(folder), files.File(f"{folder}/kernel.json", specification(kernel, prefix))]


def run(hub: Hub) -> None:
    """Both services; systemd says the Hub has started when it answers (ExecStartPost in its unit).

    A new proxy leads nowhere before the Hub has told it: a proxy that is restarted for its unit has the Hub follow.
    """
    environment = (hub.prefix, f"{hub.prefix}/.wod-complete")
    services.running(
        name="Run the Hub and its proxy",
        units=[
            services.Unit("students.slice"),
            services.Unit("jupyterhub-proxy.service", watch=(hub.proxy_unit, hub.proxy_token_file)),
            services.Unit(
                "jupyterhub.service",
                watch=(hub.unit, hub.proxy_unit, hub.config, hub.token_file, hub.proxy_token_file, *environment),
            ),
        ],
    )


__all__ = ["Settings", "apply"]
