"""The files that a private repository begins with, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wod import templates
from wod.settings.sample import comment, yaml_line
from wod.settings.schema import SETTINGS

TEXTS = {
    ".gitignore": "gitignore",
    "templates/README.md": "templates.md",
    "deploys/README.md": "deploys.md",
    "notebooks/README.md": "notebooks.md",
    "scripts/README.md": "scripts.md",
    "portal/README.md": "portal.md",
    "skel/.bash_aliases": "bash_aliases",
}
SHARED = (
    *("BRANDING", "BRANDINGWOD", "BRANDINGURL", "WODSENDER", "SURVEYURL", "SURVEYCHALURL"),
    *("WODNOBOREPO", "WODPRIVREPO", "WODPRIVBRANCH", "WODKERNELS", "WODHOSTS", "WODPRIVATEPREFIXES"),
)
OF_A_PLATFORM = ("USERMAX", "WODTLS", "WODACMEMAIL", "WODSMTPHOST", "WODSMTPPORT", "WODPROXIES", "WODFIREWALLEXTRA")
HEADER = (
    "{title} What is set here goes over the defaults, which `wod settings sample` prints with all settings there are. "
    "`wod settings explain NAME` tells which value wins, and why.\n"
    "No passwords here: those that wod needs are made by it, and kept in secrets/."
)


def shared(settings: str, platforms: Sequence[str]) -> dict[str, str]:
    """``{path: text}`` of what all platforms share; ``settings`` is the folder of the settings."""
    texts = {path: templates.text(f"private/{name}") for path, name in TEXTS.items()}
    readme = templates.render("private/README.md.j2", settings=settings, platforms=platforms)
    return {"README.md": readme, f"{settings}/all.yml": commented("All platforms of ours.", SHARED), **texts}


def of_platform(name: str, settings: str, place: str) -> dict[str, str]:
    """``{path: text}`` of one platform; ``place`` is the repository as seen from the folder of wod."""
    domain = "example.org" if name == "production" else f"{name.replace('_', '-')}.example.org"
    path = f"inventories/{name}.py"
    given = {"platform": name, "domain": domain, "path": f"{place}/{path}"}
    return {
        path: templates.render("private/inventory.py.j2", **given),
        f"{settings}/{name}.yml": commented(f"The platform {name}.", OF_A_PLATFORM),
    }


def commented(title: str, names: Iterable[str]) -> str:
    """A file of settings in which nothing is set yet."""
    return "\n".join(["---", comment(HEADER.format(title=title)), *map(_suggested, names)]) + "\n"


def _suggested(name: str) -> str:
    setting = SETTINGS[name]
    value = setting.example if setting.example is not None else setting.default
    lines = yaml_line(name, value).rstrip("\n").splitlines()
    return "\n".join(["#", comment(setting.description), *(f"#{line}" for line in lines)])
