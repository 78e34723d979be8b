"""The lab: real hosts on this machine, started by ``wod lab up``."""

from wod import lab
from wod.inventory import Host, build

globals().update(
    build(
        "lab",
        [
            Host(host.name, host.role, host.number, address=str(host.address), ssh=lab.connection(host))
            for host in lab.hosts()
        ],
    )
)
