"""The operating system of a host: limits, kernel parameters, firewall, updates, names."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from wod.settings.declare import Section, setting
from wod.settings.types import Address, Flag, Host, Hour, Positive, Rules, Says, Text, matching

Firewall = Annotated[Literal["auto", "ufw", "firewalld", "none"], Says("one of auto, ufw, firewalld, none")]
Parameter = Annotated[Text, matching(r"[a-z0-9_]+([./][A-Za-z0-9_*-]+)+")]
Parameters: Any = Annotated[
    dict[Parameter, Text],
    AfterValidator(MappingProxyType),
    Says("a mapping of kernel parameters to values, such as vm.max_map_count: 600000"),
]
Hosts: Any = Annotated[
    dict[Host, Address],
    AfterValidator(MappingProxyType),
    Says("a mapping of host names to IP addresses, such as be1.example.org: 192.0.2.11"),
]


class Limits(Section):
    """Limits of the system

    So that a hundred students on one machine do not starve it, or one another.
    """

    FILE = "wod-backend"

    WODNPROC: Positive = setting(800000, "Processes that one user may have (limits.d, nproc).", example=100000)
    WODNOFILE: Positive = setting(65535, "Files that one process may have open (limits.d, nofile).", example=65535)
    WODUSERTASKSMAX: Positive = setting(100000, "Tasks of one logged-in user (logind, UserTasksMax).", example=50000)
    WODSYSCTL: Parameters = setting(
        {
            "net.ipv4.tcp_keepalive_time": "1800",
            "kernel.threads-max": "4096000",
            "kernel.pid_max": "200000",
            "vm.max_map_count": "600000",
        },
        "Kernel parameters. Giving this setting replaces the whole mapping.",
        example={"vm.max_map_count": 600000},
    )


class Network(Section):
    """Firewall and names"""

    FILE = "wod-backend"

    WODFIREWALL: Firewall = setting(
        "auto",
        "Which firewall to manage: ufw, firewalld, none, or auto: the one that the distribution comes with. "
        "SSH and the ports of the host's role are opened.",
        example="none",
    )
    WODFIREWALLEXTRA: Rules = setting(
        (), "Further ports to open.", example=["9100/tcp from 10.0.0.0/8", "8080-8090/tcp"]
    )
    WODHOSTS: Hosts = setting(
        {},
        "Further names in /etc/hosts, with their addresses. The platform's own hosts are there anyway.",
        example={"git.example.org": "192.0.2.30"},
    )


class Upkeep(Section):
    """Updates and time"""

    FILE = "wod-backend"

    WODUPDATES: Flag = setting(True, "Install the distribution's updates every day.", example=False)
    WODUPDATEHOUR: Hour = setting(
        3, "The hour of the updates, in the host's time; the minute differs by host.", example=4
    )
    WODTIMESYNC: Flag = setting(True, "Keep the clock right over the network.", example=False)
