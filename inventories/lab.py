"""The lab: real hosts on this machine, started by ``wod lab up``."""

from wod import lab
from wod.inventory import Host, build

globals().update(
    build(
        "lab",
        [
            Host(
                host.name,
                host.role,
                host.number if host.role == "backends" else None,
                external=str(host.address),  # this machine does not resolve the lab's names
                address=str(host.address),
                settings=lab.settings(host),
                ssh=lab.connection(host),
            )
            for host in lab.hosts()
        ],
    )
)
