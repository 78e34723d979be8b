"""What the postfix module decides, purely: who may speak to a backend's mail server, and what its files are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from wod.endpoint import Endpoint
from wod.engine.config import STATE
from wod.facts.firewall import Opening, network
from wod.facts.platform import Platform
from wod.settings import Settings
from wod.site import Host, SiteHost, plain_name

PACKAGES = ("postfix", "procmail")
MAIN, MASTER = "/etc/postfix/main.cf", "/etc/postfix/master.cf"
CLIENTS = "/etc/postfix/wod-clients.cidr"
RULES = "/etc/wod/procmailrc"
ENGINE = "wod-engine"
"""The account that takes orders in, made by the engine module."""
RECEIVER = "/opt/wod-engine/bin/wod-engine"
MAILBOX = f"{STATE}/mail/mbox"
"""Where mail to WODUSER lands that is no order."""
DELIVERIES = 4
"""Orders taken in at the same time: each costs about 80 ms of a core."""


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def address_of(host: Host) -> str:
    """A host's address as the inventory gives it, else its internal name."""
    return host.ip or Endpoint.parse(host.internal or plain_name(host)).host


@dataclass(frozen=True)
class Senders:
    """The site's API hosts: those whose address the inventory gives, and the names of the others."""

    addresses: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, hosts: Iterable[SiteHost]) -> Senders:
        known = {address_of(host.declared) for host in hosts if host.role == "api_db"}
        addresses = {text for text in known if is_address(text)}
        return cls(tuple(sorted(addresses)), tuple(sorted(known - addresses)))


def networks(settings: Settings, addresses: Iterable[str]) -> list[str]:
    """Who may speak to the mail server and relay: API hosts, WODMAILCLIENTS, WODUNSIGNEDFROM; sorted."""
    given = {*addresses, *settings.WODMAILCLIENTS, *settings.WODUNSIGNEDFROM}
    return sorted(given, key=lambda text: (ip_network(text).version, ip_network(text)))


def mail_openings(settings: Settings, hosts: Iterable[SiteHost]) -> list[Opening]:
    """What the firewall lets in to the mail server's port: those who may speak to it, and nobody else.

    An API host that is known by its name only has it opened to everybody; the mail server itself turns strangers away.
    """
    senders, port = Senders.of(hosts), str(settings.POSTPORT)
    if senders.names:
        return [Opening(port)]
    return [Opening(port, source=network(text)) for text in networks(settings, senders.addresses)]


def written(text: str) -> str:
    """A network as mynetworks has it: IPv6 addresses in brackets, postconf(5)."""
    address, slash, length = text.partition("/")
    return f"[{address}]{slash}{length}" if ":" in address else text


def relay(host: str | None) -> str:
    """WODRELAYHOST as relayhost has it: in brackets, itself and not the mail servers of its domain."""
    if not host:
        return ""
    return f"[ipv6:{host}]" if ":" in host else f"[{host}]"


def own_names(settings: Settings) -> list[str]:
    """The names by which mail is this host's; the first is what it calls itself. Bare addresses are none of them."""
    names = [text for text in (settings.WODBEFQDN, settings.WODBEEXTFQDN) if not is_address(text)]
    short = [name.partition(".")[0] for name in names[:1]]
    return list(dict.fromkeys([*names, *short, "localhost", "localhost.localdomain"]))


def own_addresses(settings: Settings) -> list[str]:
    """The bare addresses by which the API may know this backend, as ``user@192.0.2.1``."""
    given = (settings.WODBEFQDN, settings.WODBEEXTFQDN, settings.WODBEIP or "")
    return list(dict.fromkeys(text for text in given if is_address(text)))


def main_values(settings: Settings, platform: Platform, addresses: Iterable[str]) -> Mapping[str, object]:
    """What main.cf is rendered with. Postfix before 3.6 (RHEL 9) knows compatibility levels of one number only."""
    names = own_names(settings)
    return {
        "level": "2" if (platform.family, platform.major) == ("rhel", 9) else "3.6",
        "hostname": names[0],
        "destinations": names,
        "numeric": [written(address) for address in own_addresses(settings)],
        "networks": [written(text) for text in networks(settings, addresses)],
        "clients_file": CLIENTS,
        "local_senders": list(dict.fromkeys(["root", settings.WODUSER, ENGINE])),
        "admin": settings.WODUSER,
        "engine": ENGINE,
        "procmail": "/usr/bin/procmail",
        "rules": RULES,
        "window": settings.WODMAILWINDOW,
        "deliveries": DELIVERIES,
        "relayhost": relay(settings.WODRELAYHOST),
    }


def units(platform: Platform) -> tuple[str, ...]:
    """The units to keep running; the last one is the mail server itself.

    Before Debian 13 and Ubuntu 25.04 ``postfix.service`` only stands for its instances and stays up without them.
    """
    single = {"debian": 13, "ubuntu": 25}.get(platform.id, 0)
    return ("postfix.service",) if platform.major >= single else ("postfix.service", "postfix@-.service")
