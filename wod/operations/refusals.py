"""A host on which a module cannot do its work: refused with a sentence, and only this host."""

from __future__ import annotations

from pyinfra.api import operation

from wod import shell
from wod.operations import Commands


@operation()
def refused(reason: str) -> Commands:
    """Refuse the host.

    + reason: what is missing and how to mend it
    """
    yield shell.refuse(reason)
