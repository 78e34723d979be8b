"""Secrets that several machines must have: said before a machine makes some of its own, and after it has others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from wod import remote, vaultkey
from wod.connection import opened, run
from wod.engine.config import WORKER
from wod.fleet.apart import ask_each
from wod.install.order import Order
from wod.preflight.asking import Looked
from wod.preflight.judge import Check
from wod.settings.load import secret_store
from wod.settings.schema import SETTINGS
from wod.site import Site

SECONDS = 60.0


def check(order: Order, private: Path, found: Mapping[str, Looked]) -> Check:
    """A machine may make the platform's secrets only when it is the first one."""
    path = secret_store(private, order.group).path
    if order.ssh is not None or path.exists():
        return Check("secrets", "ok", f"in {path}" if path.exists() else "made here, for all hosts")
    there = sorted({peer for looked in found.values() for peer in looked.peers})
    if not there and order.first == 1:
        return Check("secrets", "ok", f"made here, in {path}: this is the platform's first machine")
    who = f"{', '.join(there) or 'backend 1'} {'have' if len(there) > 1 else 'has'}"
    mend = f"bring its private folder ({private}) and its key ({vaultkey.default_path(order.group)}) here first"
    return Check("secrets", "failed", f"{who} the platform's secrets, and {path} is not here; {mend}")


def make_all(site: Site, private: Path) -> bool:
    """Every secret of the platform at once, so that what goes to its other machines is whole; whether any is new."""
    store = secret_store(private, site.group)
    before = store.values()
    settings = site.hosts[0].settings
    for name, each in SETTINGS.items():
        if each.generated:
            settings[name].reveal()
    return store.values() != before


def login_problems(site: Site, names: Sequence[str]) -> dict[str, str]:
    """Why the API refuses backends, those that it does: an API that is not there yet refuses nobody."""
    answers = ask_each(names, partial(_log_in, site), seconds=SECONDS)
    found = {name: each.error or each.text for name, each in zip(names, answers, strict=True)}
    return {name: why for name, why in found.items() if why}


def _log_in(site: Site, name: str) -> str:
    """In the child."""
    with opened(site, name) as (chosen, host):
        said = json.loads(run(host, remote.program("api_login", WORKER)))["said"]
    return login_problem(name, chosen.settings.WODFEAPIURL, said)


def login_problem(name: str, url: str, said: str) -> str:
    """``said`` as ``wod/remote/api_login.py`` prints it."""
    if said == "untrusted":
        return (
            f"{name} does not trust the certificate of {url}; make its authority known there, or install with -c "
            "to take any certificate"
        )
    if said != "refused":
        return ""
    return (
        f"the API at {url} refuses the log-in of {name}: their secrets differ; bring the private folder of the "
        f"platform's first machine here and install again"
    )
