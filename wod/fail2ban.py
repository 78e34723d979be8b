"""What the fail2ban module decides, purely: who is never banned, which ports a ban closes, what its files are told."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network

from wod.facts.platform import Platform
from wod.postfix import address_of, is_address
from wod.secrets import Secret
from wod.settings import Settings
from wod.site import SiteHost

JAILS = "/etc/fail2ban/jail.d/wod.local"
HUB_FILTER = "/etc/fail2ban/filter.d/wod-jupyterhub.conf"
SSH_FILTER = "/etc/fail2ban/filter.d/wod-sshd.conf"
OPNSENSE_ACTION = "/etc/fail2ban/action.d/wod-opnsense.conf"
OPNSENSE_LOGIN = "/etc/fail2ban/wod-opnsense.curl"
OPNSENSE_ALIAS = "wod_banned"
"""The alias (of the type External) in OPNsense that banned addresses are put into."""
LOOPBACK = ("127.0.0.0/8", "::1")
EPEL = "epel-release"


def packages_of(platform: Platform) -> list[list[str]]:
    """The packages, in the order in which they are to be installed: what brings a repository comes first.

    RHEL's family has fail2ban in EPEL only. RHEL's own repositories do not bring EPEL: there it must be set up before.
    """
    if platform.family == "debian":
        return [["fail2ban", "nftables", "python3-systemd"]]
    packages = ["fail2ban-server", "nftables", "python3-systemd"]
    return [packages] if platform.id == "rhel" else [[EPEL], packages]


def never_banned(settings: Settings, hosts: Iterable[SiteHost]) -> list[str]:
    """Loopback, the site's hosts (by name, which fail2ban looks up, where no address is known), WODFAIL2BANIGNORE."""
    own = {address_of(host.declared) for host in hosts}
    names = sorted(text for text in own if not is_address(text))
    given = {*own, *settings.WODFAIL2BANIGNORE} - set(names)
    networks = sorted(given, key=lambda text: (ip_network(text).version, ip_network(text)))
    return list(dict.fromkeys([*LOOPBACK, *networks, *names]))


def ssh_ports(connecting: object) -> list[str]:
    """The ports that a ban for guessing at SSH closes: the usual one, and the one that roll-outs come through."""
    return list(dict.fromkeys(["22", str(connecting or 22)]))


def opnsense_problem(settings: Settings) -> str:
    """What is missing for an OPNsense firewall to be told, in a sentence; nothing when all of it is there, or none."""
    needed = ("OPNSENSEIP", "OPNSENSEKEY", "OPNSENSESEC")
    missing = [name for name in needed if not settings[name]]
    if not missing or len(missing) == len(needed):
        return ""
    given = [name for name in needed if name not in missing]
    verb = "is" if len(given) == 1 else "are"
    return f"{' and '.join(given)} {verb} set without {' and '.join(missing)}; set all three, or none of them"


def opnsense_url(settings: Settings) -> str:
    """The API for the contents of aliases, https://docs.opnsense.org/development/api/core/firewall.html."""
    address = str(settings.OPNSENSEIP)
    host = f"[{address}]" if ":" in address else address
    return f"https://{host}:{settings.OPNSENSEPORT or 443}/api/firewall/alias_util"


def opnsense_login(settings: Settings) -> Secret:
    """A file for ``curl --config``, so that key and secret are in no argument list; quoting as in curl(1)."""
    key, secret = settings.OPNSENSEKEY, settings.OPNSENSESEC
    quoted = f"{key.reveal()}:{secret.reveal()}".replace("\\", "\\\\").replace('"', '\\"')
    return Secret("wod-opnsense.curl", f'user = "{quoted}"\nheader = "Content-Type: application/json"\n')
