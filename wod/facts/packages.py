"""Which of the packages we want a host lacks."""

from __future__ import annotations

from typing import Any

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, complete

_DEBIAN = f"""
for name in "$@"; do
    status=$(dpkg-query -W -f '${{db:Status-Abbrev}}' "$name" 2>/dev/null || true)
    case "$status" in ii*|hi*) ;; *) echo "$name" ;; esac
done
echo {END}
"""
_RHEL = f"""
for name in "$@"; do
    rpm -q --quiet --whatprovides "$name" || echo "$name"
done
echo {END}
"""
QUERIES = {"debian": _DEBIAN, "rhel": _RHEL}


class MissingPackages(FactBase):
    """The names of ``packages`` that are not completely installed, or ``None`` when it could not be read."""

    def command(self, family: str, packages: list[str]) -> StringCommand:
        return shell.script(QUERIES[family], *packages)

    def process(self, output: list[str]) -> list[str] | None:
        return complete(output)


_OFFERED = {
    "debian": f'for name in "$@"; do apt-cache show "$name" 2>/dev/null | grep -q . && echo "$name"; done; echo {END}',
    "rhel": f'for name in "$@"; do dnf -q --cacheonly info "$name" >/dev/null 2>&1 && echo "$name"; done; echo {END}',
}


class OfferedPackages(FactBase):
    """Those of ``packages`` that the distribution's sources know, or ``None`` when it could not be read."""

    def command(self, family: str, packages: list[str]) -> StringCommand:
        return shell.script(_OFFERED[family], *packages)

    def process(self, output: list[str]) -> list[str] | None:
        return complete(output)


def optional_packages(host: Any, family: str, packages: list[str]) -> set[str]:
    """Those of ``packages`` that can be installed on the host; none where we know no way to ask."""
    if family not in _OFFERED:
        return set()
    return set(host.get_fact(OfferedPackages, family=family, packages=packages) or ())
