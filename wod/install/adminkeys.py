"""-k: the admin's SSH keys are taken away, and the roll-out that follows makes new ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wod import shell
from wod.connection import HostFailed, opened, run
from wod.fleet.apart import ask_each
from wod.site import Site

SECONDS = 60.0
_FORGET = """
home=$(getent passwd "$1" | cut -d: -f6)
[ -z "$home" ] || rm -f "$home/.ssh/id_ed25519" "$home/.ssh/id_ed25519.pub"
"""


def forget(site: Site, names: Sequence[str]) -> None:
    """Only the key pair: who else may log in to the account stays. Nothing to do where there is no account yet."""
    for answer in ask_each(names, partial(_forget, site), seconds=SECONDS):
        if answer.error:
            raise HostFailed(answer.error)


def _forget(site: Site, name: str) -> str:
    """In the child."""
    with opened(site, name) as (chosen, host):
        return run(host, shell.script(_FORGET, chosen.settings.WODUSER))
