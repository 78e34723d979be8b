"""What kind of machine a host is: distribution, family, whether a container, which Python."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

_SCRIPT = f"""
cat /etc/os-release
echo "wod_container=$(systemd-detect-virt --container 2>/dev/null || true)"
echo {END}
"""


FAMILIES = {"debian": ({"debian", "ubuntu"}, 12), "rhel": ({"rhel", "centos", "rocky", "almalinux"}, 9)}
"""Family → its ids in os-release, and the oldest version that has what we need (docs/reference/platforms.md)."""


@dataclass(frozen=True)
class Platform:
    """A host's distribution, as ``/etc/os-release`` names it (os-release(5))."""

    id: str
    version: str
    family: str
    """``debian`` or ``rhel``; empty when it is neither, or too old."""
    container: str = ""
    """The container manager's name (``systemd-nspawn``, ``docker``, …), empty on a machine of its own."""

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0] or 0)

    def __str__(self) -> str:
        return f"{self.id} {self.version}"


class PlatformFact(FactBase):
    """:class:`Platform`, or ``None`` when it could not be read."""

    def command(self) -> StringCommand:
        return shell.script(_SCRIPT)

    def process(self, output: list[str]) -> Platform | None:
        return read(output, parse)


def parse(lines: list[str]) -> Platform:
    """``KEY=value`` lines of os-release, values quoted as for a shell."""
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    fields = {key: "".join(shlex.split(value)[:1]) for key, _, value in pairs}
    like = {fields.get("ID", ""), *fields.get("ID_LIKE", "").split()}
    major = int("0" + fields.get("VERSION_ID", "").partition(".")[0])
    family = next((name for name, (ids, oldest) in FAMILIES.items() if like & ids and major >= oldest), "")
    container = fields.get("wod_container", "")
    return Platform(
        fields.get("ID", "unknown"),
        fields.get("VERSION_ID", ""),
        family,
        "" if container == "none" else container,
    )


_KNOWN: WeakKeyDictionary[Any, Platform] = WeakKeyDictionary()


def platform_of(host: Any) -> Platform:
    """The host's platform, asked once per host and run; one that does not answer counts as unknown (and has failed)."""
    if host not in _KNOWN:
        _KNOWN[host] = host.get_fact(PlatformFact) or Platform("unknown", "", "")
    return _KNOWN[host]
