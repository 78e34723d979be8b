"""How every host of a site does, by one command on each: what ``wod status`` shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from typing import Any

from cryptography import x509

from wod import remote
from wod.connection import opened, run
from wod.enginesettings import LINK
from wod.fleet import health
from wod.fleet.apart import Answer, ask_each
from wod.hub import Hub
from wod.operations.stamp import PATH
from wod.site import Site, SiteHost

SECONDS = 30.0
DAY = 86400


@dataclass(frozen=True)
class Disk:
    """A filesystem, by a path on it; ``used`` of what accounts can have, from 0 to 1, as df(1) says it."""

    path: str
    used: float


@dataclass(frozen=True)
class Seen:
    """What was seen of a host. ``None`` (and empty) is: not known, or not of this role.

    ``error`` is why nothing was seen; ``trouble`` what could not be found out, by part. ``stamp`` has what the host was
    given last (``revision``, ``settings``, ``private``, ``content``, ``changed``). ``health`` is "" for a host
    that does its work. ``queue`` counts orders by state. ``expires`` is the end of the certificate, in seconds since
    1970.
    """

    reached: bool
    error: str = ""
    seconds: float = 0.0
    stamp: Mapping[str, str] = field(default_factory=dict)
    health: str = ""
    failed: tuple[str, ...] = ()
    active: int | None = None
    queue: Mapping[str, int] | None = None
    disks: tuple[Disk, ...] = ()
    expires: float | None = None
    uptime: float | None = None
    load: float | None = None
    cpus: int | None = None
    trouble: Mapping[str, str] = field(default_factory=dict)


def survey(site: Site, names: Sequence[str], seconds: float = SECONDS) -> dict[str, Seen]:
    """``{host: what was seen}``, hosts side by side, each with a time limit."""
    answers = ask_each(names, partial(_ask, site), seconds=seconds)
    return {name: seen(answer) for name, answer in zip(names, answers, strict=True)}


def _ask(site: Site, name: str) -> str:
    """In the child."""
    with opened(site, name) as (chosen, host):
        return run(host, remote.program("host_survey", stdin=json.dumps(wanted(chosen))))


def wanted(host: SiteHost) -> dict[str, Any]:
    """What the program is to look at on a host of this role."""
    settings = host.settings
    asked: dict[str, Any] = {"stamp": PATH, "failed": True, "load": True, "disks": ["/"]}
    asked["checks"] = health.checks_of(host)
    if host.role == "backends":
        asked["disks"].append(settings.STUDDIR)
        asked["active"] = {"url": Hub.access.url, "token_file": Hub.access.token_file}
        asked["queue"] = f"{LINK}/bin/wod-engine"
    if host.role == "frontends" and settings.WODFEPROTO == "https":
        asked["certificate"] = {"port": settings.WODFEPORT, "name": settings.WODFEEXTFQDN}
    return asked


def seen(answer: Answer) -> Seen:
    """What an answer says; one that makes no sense is an error of that host."""
    if answer.error:
        return Seen(answer.reached, answer.error, answer.seconds)
    try:
        return _seen(json.loads(answer.text), answer.seconds)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return Seen(True, f"its answer makes no sense: {error}", answer.seconds)


def _seen(told: dict[str, Any], seconds: float) -> Seen:
    load = told.get("load", {})
    return Seen(
        reached=True,
        seconds=seconds,
        stamp={str(key): str(value) for key, value in told.get("stamp", {}).items()},
        health=health.verdict(told),
        failed=tuple(told.get("failed", ())),
        active=told.get("active"),
        queue=told.get("queue"),
        disks=tuple(_disk(each) for each in told.get("disks", ())),
        expires=end_of(told["certificate"]) if "certificate" in told else None,
        uptime=load.get("uptime"),
        load=load.get("load"),
        cpus=load.get("cpus"),
        trouble={part: "; ".join(str(why).splitlines()) for part, why in told.get("errors", {}).items()},
    )


def _disk(told: Mapping[str, Any]) -> Disk:
    return Disk(told["path"], round(told["used"] / max(told["used"] + told["free"], 1), 4))


def end_of(pem: str) -> float:
    """When a certificate ends, in seconds since 1970."""
    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc.timestamp()


def days_left(expires: float, now: datetime | None = None) -> int:
    """Whole days until then; negative when it is over."""
    return int((expires - (now or datetime.now(timezone.utc)).timestamp()) // DAY)
