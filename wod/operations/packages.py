"""Distribution packages, installed even after a package manager that was killed in the middle of its work."""

from __future__ import annotations

from collections.abc import Iterable

from pyinfra import host
from pyinfra.api import operation

from wod import shell
from wod.facts import ask
from wod.facts.packages import MissingPackages
from wod.fleet import notes
from wod.operations import Commands

LOCK_SECONDS = 600
"""How long to wait for another package manager: an orphan of a killed run, or the host's own nightly update."""

_DEBIAN = f"""
export DEBIAN_FRONTEND=noninteractive
patiently() {{
    for try in $(seq {LOCK_SECONDS // 5}); do
        said=$("$@" 2>&1) && return 0
        case "$said" in *"get lock"*|*"to lock"*|*"frontend lock"*) sleep 5 ;; *) break ;; esac
    done
    printf '%s\\n' "$said" | tail -n 20 >&2
    return 1
}}
keep="--force-confdef --force-confold"
if dpkg --audit | grep -q .; then patiently dpkg --configure -a $keep; fi
patiently apt-get -qq update
patiently apt-get -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \\
    --no-install-recommends -qq -y -f install "$@"
"""
_RHEL = """
dnf -q -y --setopt=install_weak_deps=False install "$@"
"""
INSTALLERS = {"debian": _DEBIAN, "rhel": _RHEL}


@operation()
def installed(family: str, packages: Iterable[str]) -> Commands:
    """Install what is missing, with fresh package lists, keeping configuration files that were edited on the host.

    + family: ``debian`` (apt) or ``rhel`` (dnf)
    + packages: names as the distribution has them
    """
    wanted = sorted(set(packages))
    missing = ask(host, MissingPackages, family=family, packages=wanted)
    if missing is None:
        yield shell.refuse("could not read which packages are installed")
    elif not missing:
        host.noop(f"{len(wanted)} packages are installed")
    else:
        notes.say(f"install {', '.join(missing)}")
        yield shell.script(INSTALLERS[family], *missing)


@operation()
def unsupported(distribution: str) -> Commands:
    """Refuse a host of a distribution that we cannot bring to where it should be.

    + distribution: what it calls itself
    """
    yield shell.refuse(f"{distribution} is not a system that wod supports; docs/reference/platforms.md lists them")
