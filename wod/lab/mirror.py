"""Which Debian mirror to build from: the one that this machine's own apt already uses."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wod.errors import BadInput

SUITES = frozenset(
    [
        "bullseye",
        "bookworm",
        "trixie",
        "forky",
        "duke",
        "sid",
        "oldoldstable",
        "oldstable",
        "stable",
        "testing",
        "unstable",
    ]
)
"""Suites of Debian's main archive. Third parties name theirs after them (bookworm-pgdg), never quite the same."""
APT = Path("/etc/apt")


@dataclass(frozen=True)
class Source:
    """One binary archive that apt is told to use."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]


@dataclass(frozen=True)
class Mirror:
    """Where Debian's packages and, if the machine has one, their security updates come from."""

    main: str
    security: str | None = None

    def sources(self, suite: str) -> str:
        """The apt sources of a host of this suite, in deb822 form."""
        stanzas = [_stanza(self.main, f"{suite} {suite}-updates")]
        if self.security:
            stanzas.append(_stanza(self.security, f"{suite}-security"))
        return "\n".join(stanzas)


def _stanza(uri: str, suites: str) -> str:
    key = "/usr/share/keyrings/debian-archive-keyring.gpg"
    return f"Types: deb\nURIs: {uri}\nSuites: {suites}\nComponents: main\nSigned-By: {key}\n"


def parse_deb822(text: str) -> list[Source]:
    """Sources of a ``.sources`` file that are enabled and hold binary packages."""
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        fields = {key.lower(): value.split() for key, value in re.findall(_FIELD, paragraph)}
        if "deb" in fields.get("types", ()) and fields.get("enabled", ["yes"])[0].lower() not in (
            "no",
            "false",
        ):
            suites, components = tuple(fields.get("suites", ())), tuple(fields.get("components", ()))
            found += [Source(uri, suites, components) for uri in fields.get("uris", ())]
    return found


_FIELD = re.compile(r"^([A-Za-z][\w-]*):((?:.*)(?:\n[ \t].*)*)", re.MULTILINE)
_ONE_LINE = re.compile(r"^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*([^#]*)")


def parse_one_line(text: str) -> list[Source]:
    """Sources of a ``.list`` file: ``deb [options] URI suite component...``."""
    matches = (_ONE_LINE.match(line.strip()) for line in text.splitlines())
    return [Source(m[1], (m[2],), tuple(m[3].split())) for m in matches if m]


def choose(sources: Iterable[Source]) -> Mirror | None:
    """The main archive among the sources (the likeliest, should several look like it) and the security one."""
    usable = [s for s in sources if s.uri.startswith(("http://", "https://"))]
    mains = [s for s in usable if "main" in s.components and SUITES & set(s.suites)]
    if not mains:
        return None
    updated = {s.uri for s in usable if any(suite.endswith("-updates") for suite in s.suites)}
    best = max(mains, key=lambda s: (s.uri in updated) + s.uri.rstrip("/").endswith("/debian"))
    security = (s.uri for s in usable if any(x.endswith("-security") and x[:-9] in SUITES for x in s.suites))
    return Mirror(best.uri, next(security, None))


def machine_sources(apt: Path = APT) -> list[Source]:
    """Every source of this machine, in the order apt reads them."""
    files = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]
    found: list[Source] = []
    for file in files:
        if file.suffix == ".sources":
            found += parse_deb822(file.read_text())
        elif file.suffix == ".list" and file.is_file():
            found += parse_one_line(file.read_text())
    return found


def find_mirror(environ: Mapping[str, str] = os.environ, apt: Path = APT) -> Mirror:
    """The mirror to use: ``WOD_LAB_MIRROR`` if it is set, else the machine's own."""
    chosen = choose(machine_sources(apt))
    if environ.get("WOD_LAB_MIRROR"):
        return Mirror(environ["WOD_LAB_MIRROR"], chosen.security if chosen else None)
    if chosen is None:
        raise BadInput(
            f"{apt}: none of this machine's apt sources is a Debian mirror; set WOD_LAB_MIRROR to the address of one"
        )
    return chosen
