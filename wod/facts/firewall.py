"""What a host's firewall lets in, as ufw or firewalld say it, and the ports its SSH server uses right now."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, read

# A port counts as SSH's when sshd is configured for it, or when root's sshd holds a connection on a port that root
# listens on. Sockets of anybody else (ss says uid:N) never count: a student could call a program "sshd", or forward a
# port.
_SSH = """
{ sshd -T 2>/dev/null | awk '$1 == "port" { print $2 }'
  { ss -Htlne | sed 's/^[A-Z]* */listen /'; ss -Htnpe state established | sed 's/^/in /'; } 2>/dev/null | awk '
      / uid:[0-9]/ { next }
      { n = split($4, part, ":"); port = part[n] }
      $1 == "listen" { listens[port] = 1 }
      $1 == "in" && /"sshd/ && listens[port] { print port }'
} | sort -un | sed 's/^/ssh=/'
"""
_UFW = f"""
{_SSH}
ufw status 2>/dev/null | sed -n 's/^Status: /active=/p'
sed -n 's/^DEFAULT_INPUT_POLICY=/policy=/p' /etc/default/ufw | tr -d '"'
if [ -e /proc/sys/net/ipv6 ]; then sed -n 's/^IPV6=/ipv6=/p' /etc/default/ufw; fi
sed -n 's/^### tuple ### /rule=/p' /etc/ufw/user.rules
sed -n 's/^### tuple ### /rule6=/p' /etc/ufw/user6.rules
iptables -S ufw-user-input 2>/dev/null | sed 's/^/live=/'
ip6tables -S ufw6-user-input 2>/dev/null | sed 's/^/live6=/'
echo {END}
"""
_FIREWALLD = f"""
{_SSH}
state=$(firewall-cmd --state 2>/dev/null || true)
echo "active=$state"
permanently="firewall-cmd --permanent"
if [ "$state" != running ]; then permanently=firewall-offline-cmd; fi
for port in $($permanently --list-ports 2>/dev/null); do echo "port=$port"; done
for port in $(firewall-cmd --list-ports 2>/dev/null); do echo "live=$port"; done
for name in $($permanently --list-services 2>/dev/null); do echo "service=$name"; done
$permanently --list-rich-rules 2>/dev/null | sed 's/^/rich=/'
echo {END}
"""
SCRIPTS = {"ufw": _UFW, "firewalld": _FIREWALLD}


@dataclass(frozen=True, order=True)
class Opening:
    """One thing let in: ``port``/``proto``, from everywhere or from the network ``source`` only."""

    port: str
    proto: str = "tcp"
    source: str = ""

    @classmethod
    def parse(cls, text: str) -> Opening:
        """``9100``, ``9100/udp``, ``60000-61000/udp`` or ``9100/tcp from 10.0.0.0/8``; ValueError for anything else."""
        match = re.fullmatch(r"(\d+)(?:[:-](\d+))?(?:/(tcp|udp))?(?: from (\S+))?", text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not PORT[/tcp|/udp] [from NETWORK]")
        first, last = match[1], match[2] or match[1]
        return cls(first if first == last else f"{first}:{last}", match[3] or "tcp", network(match[4] or ""))

    def __str__(self) -> str:
        return f"{self.port}/{self.proto}" + (f" from {self.source}" if self.source else "")


def network(text: str) -> str:
    """One spelling of an address or network; nothing for those that mean everywhere."""
    if not text:
        return ""
    net = ipaddress.ip_network(text, strict=False)
    if net.prefixlen == 0:
        return ""
    return str(net.network_address) if net.prefixlen == net.max_prefixlen else str(net)


@dataclass(frozen=True)
class FirewallState:
    """What is let in for good (``allowed``) and right now (``live``); ``ssh`` are the SSH ports in use.

    ``half`` are those of ``allowed`` that IPv4 or IPv6 lacks, ``limited`` what ufw lets in at a limited rate.
    """

    active: bool = False
    denies_by_default: bool = True
    ssh: frozenset[str] = frozenset()
    allowed: frozenset[Opening] = frozenset()
    half: frozenset[Opening] = frozenset()
    limited: frozenset[Opening] = frozenset()
    live: frozenset[Opening] = frozenset()
    services: frozenset[str] = frozenset()


class Firewall(FactBase):
    """:class:`FirewallState` as ``kind`` (ufw or firewalld) has it, or ``None`` when it could not be read."""

    def command(self, kind: str) -> StringCommand:
        return shell.script(SCRIPTS[kind])

    def process(self, output: list[str]) -> FirewallState | None:
        return read(output, parse)


def parse(lines: list[str]) -> FirewallState:
    """The fact's ``key=value`` lines; ufw's and firewalld's keys do not collide."""
    values: dict[str, list[str]] = {}
    for line in lines:
        key, _, value = line.partition("=")
        values.setdefault(key, []).append(value)

    def openings(key: str, parser: Callable[[str], Opening | None]) -> frozenset[Opening]:
        return frozenset(opening for text in values.get(key, []) if (opening := parser(text)))

    ufw4, ufw6 = openings("rule", _ufw_rule), openings("rule6", _ufw_rule)
    both = values.get("ipv6", [""])[0].strip("\"'") == "yes"
    live6 = frozenset(opening for opening in openings("live6", _live_rule) if opening.source)
    return FirewallState(
        active=values.get("active", [""])[0] in ("active", "running"),
        denies_by_default=values.get("policy", ["DROP"])[0] in ("DROP", "REJECT"),
        ssh=frozenset(values.get("ssh", [])),
        allowed=ufw4 | ufw6 | openings("port", _port) | openings("rich", _rich_rule),
        half=frozenset(opening for opening in ufw4 ^ ufw6 if both and not opening.source),
        limited=openings("rule", _ufw_limit) | openings("rule6", _ufw_limit),
        live=openings("live", _live_rule) | live6,
        services=frozenset(values.get("service", [])),
    )


def _ufw_rule(text: str, action: str = "allow") -> Opening | None:
    """``allow tcp 22 0.0.0.0/0 any 10.0.0.0/8 in``: an opening such as we make; other rules are left alone."""
    words = text.split()
    if len(words) < 7 or words[0] != action or words[6] != "in" or words[2] == "any":
        return None
    _, proto, port, to, source_port, source, _ = words[:7]
    return Opening(port, proto, network(source)) if (network(to), source_port) == ("", "any") else None


def _ufw_limit(text: str) -> Opening | None:
    return _ufw_rule(text, "limit")


def _rich_rule(text: str) -> Opening | None:
    rule = r'rule family="ipv[46]" source address="([^"]+)" port port="([^"]+)" protocol="(tcp|udp)" accept'
    match = re.fullmatch(rule, text.strip())
    return Opening(match[2].replace("-", ":"), match[3], network(match[1])) if match else None


def _port(text: str) -> Opening | None:
    """``8000/tcp`` or ``60000-61000/udp``; protocols that we never open are left alone."""
    return Opening.parse(text) if re.fullmatch(r"[\d-]+/(tcp|udp)", text) else None


def _live_rule(text: str) -> Opening | None:
    """A line of ``iptables -S`` or a ``port/proto`` of firewalld."""
    if not text.startswith("-A"):
        return _port(text)
    port, proto = re.search(r"--dports? (\S+)", text), re.search(r"-p (tcp|udp)", text)
    if not (port and proto and text.endswith("-j ACCEPT")):
        return None
    source = re.search(r"-s (\S+)", text)
    return Opening(port[1], proto[1], network(source[1]) if source else "")
