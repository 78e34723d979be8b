"""What a host said of itself, judged: each thing is fine, worth a warning, or in the way. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from wod.facts.platform import parse
from wod.preflight.wanted import GB, LEAST, OURS, SIZES, name_of, names, ports
from wod.site import TYPES, Site, SiteHost

Verdict = Literal["ok", "warning", "failed"]
SLOW, WRONG = 5, 60
"""Seconds of difference between clocks: worth a warning, and too many (tokens live for three minutes)."""
Told = Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    said: str


def judged(site: Site, host: SiteHost, told: Told, now: float | None) -> list[Check]:
    """All checks of a host; ``now`` is this machine's time, ``None`` where the host is this machine."""
    return [
        _system(told),
        Check("sudo", "ok", "works without a password"),
        *_size(host, told),
        *_names(site, host, told),
        *_ports(host, told),
        _time(told, now),
        *_sources(told),
    ]


def _system(told: Told) -> Check:
    platform = parse(told["system"])
    if platform.family:
        return Check("system", "ok", str(platform))
    known = "Ubuntu 22.04 and newer, Debian 12 and newer, the RHEL 9 family"
    return Check("system", "failed", f"{platform} is not supported; take one of {known}")


def _size(host: SiteHost, told: Told) -> Iterator[Check]:
    """The article's sizes; a smaller host works for fewer people."""
    size = SIZES.get(host.role)
    if size is None:
        return
    kind, memory = TYPES[host.role], told["memory"] / GB
    yield _enough("processors", told["cpus"], size.cpus, f"{told['cpus']}; a {kind} wants {size.cpus}")
    # of 16 GB, firmware and kernel keep some for themselves
    yield _enough("memory", memory * 1.1, size.memory, f"{memory:.0f} GB; a {kind} wants {size.memory} GB")
    for path, free in told["disks"].items():
        said = f"{free / GB:.0f} GB free for {path}; a {kind} wants {size.disk} GB"
        yield Check("disk", "failed", said) if free < LEAST * GB else _enough("disk", free / GB, size.disk, said)


def _enough(what: str, there: float, wanted: float, said: str) -> Check:
    return Check(what, "ok", said.partition(";")[0]) if there >= wanted else Check(what, "warning", said)


def _names(site: Site, host: SiteHost, told: Told) -> Iterator[Check]:
    own = name_of(host.declared)
    for name in names(site, host):
        found = told["names"].get(name, [])
        foreign = [each for each in found if each not in told["addresses"] and not each.startswith("127.")]
        if name == own and foreign and len(foreign) == len(found):
            yield Check("names", "warning", f"{name} is {foreign[0]}, which is no address of this host")
        elif found or name == own:
            yield Check("names", "ok", f"{name} is {found[0] if found else 'put into /etc/hosts'}")
        else:
            mend = "make it known to the DNS, or to /etc/hosts, or give its address in the inventory"
            yield Check("names", "failed", f"{name} is not known here; {mend}")


def _ports(host: SiteHost, told: Told) -> Iterator[Check]:
    for port in ports(host):
        holder = told["ports"].get(str(port), "")
        if not holder or holder in OURS.get(host.role, ()):
            yield Check("ports", "ok", f"{port} is {'ours' if holder else 'free'}")
        else:
            yield Check("ports", "failed", f"{port} is held by {holder}; stop that, or choose another port")


def _time(told: Told, now: float | None) -> Check:
    others = {"this machine": now, "the API": told["api"]}
    for other, theirs in others.items():
        if theirs is not None:
            apart = abs(told["time"] - theirs)
            verdict: Verdict = "failed" if apart > WRONG else "warning" if apart > SLOW else "ok"
            return Check(
                "time", verdict, f"{apart:.0f} s from {other}" + ("" if verdict == "ok" else "; set the clock")
            )
    known = told["synchronised"] == "yes"
    return Check("time", "ok", "kept by NTP" if known else "nobody to compare it with yet")


def _sources(told: Told) -> Iterator[Check]:
    for source, reached in told["sources"]:
        if not reached:
            yield Check("packages", "failed", f"{source} cannot be reached; mend the sources, the proxy or the way out")
    if all(reached for _, reached in told["sources"]):
        yield Check("packages", "ok", f"{len(told['sources'])} sources can be reached")
