"""-k: the admin's SSH keys are taken away, and the roll-out that follows makes new ones."""

from __future__ import annotations

from collections.abc import Sequence

from wod import shell
from wod.connection import opened, run
from wod.site import Site

_FORGET = """
home=$(getent passwd "$1" | cut -d: -f6)
[ -z "$home" ] || rm -f "$home/.ssh/id_ed25519" "$home/.ssh/id_ed25519.pub"
"""


def forget(site: Site, names: Sequence[str]) -> None:
    """Only the key pair: who else may log in to the account stays. Nothing to do where there is no account yet."""
    for name in names:
        with opened(site, name) as (chosen, host):
            run(host, shell.script(_FORGET, chosen.settings.WODUSER))
