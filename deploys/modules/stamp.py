"""The last step of every role: a file that says what the host was given, when, and from which revision."""

from __future__ import annotations

from pyinfra import host

from deploys.modules import module
from deploys.modules.content import fetch_all
from wod.inventory import member_of
from wod.operations import stamp
from wod.private import Private
from wod.revision import revision


@module("Stamp")
def apply() -> None:
    """Write the stamp when it is out of date, or when this run changed anything."""
    member = member_of(host)
    stamp.current(
        name="Write the stamp",
        contents={
            "revision": revision(),
            "settings": member.digest(),
            "platform": member.settings.group,
            "private": Private.of(member.settings).digest(),
            "content": " ".join(each.commit for each in fetch_all(member.settings)[0]),
        },
    )
