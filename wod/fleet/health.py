"""Whether a host does what it is there for, by its role: asked on the host itself, by one command."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markupsafe import escape

from wod import remote
from wod.apisettings import health_url
from wod.connection import opened, run
from wod.engine.config import WORKER
from wod.fleet.apart import ask_each
from wod.hub import HUB_PORT
from wod.inventory import load_site
from wod.settings import Settings
from wod.site import Site, SiteHost

SECONDS = 60.0
DEEP_SECONDS = 240.0
"""A server has 90 seconds to start in the deep check, and what is asked before and after takes its time, too."""
LOOPBACK = "127.0.0.1"
Check = dict[str, Any]


def check(inventory: Path, hosts: Sequence[str], deep: bool = False) -> dict[str, str]:
    """``{host: ""}`` where it is healthy, else one sentence that says what is wrong; hosts are asked side by side.

    ``deep``: a backend also starts a server of its highest free seat, asks it through the proxy, and stops it. Where no
    seat is free that is left out. :class:`wod.errors.BadInput` for a bad inventory or a host that it does not have.
    """
    site = load_site(inventory)
    for name in hosts:
        site.host(name)
    seconds = DEEP_SECONDS if deep else SECONDS
    answers = ask_each(hosts, partial(_ask, site, deep), seconds=seconds)
    return {name: answer.error or answer.text for name, answer in zip(hosts, answers, strict=True)}


def _ask(site: Site, deep: bool, name: str) -> str:
    """In the child: the host's own sentence."""
    with opened(site, name) as (chosen, host):
        wanted = {"checks": checks_of(chosen)}
        why = verdict(json.loads(run(host, remote.program("host_survey", stdin=json.dumps(wanted)))))
        if deep and not why and chosen.role == "backends":
            program = remote.program("hub_trial", WORKER, chosen.settings.WODBEPORT)
            why = json.loads(run(host, program))["why"]
        return str(why)


def verdict(told: Mapping[str, Any]) -> str:
    """All that the checks found wrong, in one sentence; "" for a healthy host."""
    if "checks" in told.get("errors", {}):
        return f"the checks could not be made: {told['errors']['checks']}"
    return "; ".join(why for why in told["checks"] if why)


def checks_of(host: SiteHost) -> list[Check]:
    """What is asked of a host of this role, as ``wod/remote/host_survey.py`` reads it."""
    of_role = {"backends": _backend, "api_db": _api_db, "frontends": _frontend}.get(host.role)
    return of_role(host.settings) if of_role else []


def _http(port: int, path: str, **more: object) -> Check:
    return {"kind": "http", "proto": "http", "address": LOOPBACK, "port": port, "path": path, "name": LOOPBACK, **more}


def _unit(name: str) -> Check:
    return {"kind": "unit", "unit": f"{name}.service"}


def _backend(settings: Settings) -> list[Check]:
    """The Hub itself, and through its proxy as students reach it; the way that orders come in; who carries them out."""
    return [
        _http(HUB_PORT, "/hub/health"),
        _http(settings.WODBEPORT, "/hub/health"),
        {"kind": "smtp", "address": LOOPBACK, "port": settings.POSTPORT},
        _unit("wod-engine"),
    ]


def _api_db(settings: Settings) -> list[Check]:
    if settings.WODAPIREPO:
        return [_http(settings.WODAPIDBPORT, "/"), _unit("wod-nodeapi")]
    url = urlsplit(health_url(settings))
    address = url.hostname or LOOPBACK
    asked = _http(settings.WODAPIDBPORT, "/healthz", proto=url.scheme, address=address, name=address)
    return [asked, _unit("wod-api"), _unit("wod-lifecycle")]


def _frontend(settings: Settings) -> list[Check]:
    """As browsers ask: by the external name. An original's portal has a title of its own."""
    site = {"proto": settings.WODFEPROTO, "name": settings.WODFEEXTFQDN}
    title = "<title" if settings.WODFEREPO else str(escape(settings.BRANDINGWOD))
    return [
        _http(settings.WODFEPORT, "/", **site, expect=title),
        _http(settings.WODFEPORT, "/api/workshops", **site, expect="["),
    ]
