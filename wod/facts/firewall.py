"""What a host's firewall lets in, as ufw or firewalld say it, and the ports its SSH server uses right now."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pyinfra.api import FactBase, StringCommand

from wod import shell
from wod.facts import END, complete

_SSH = """
{ sshd -T 2>/dev/null | awk '$1 == "port" { print $2 }'
  ss -Htnp state established 2>/dev/null | awk '/"sshd/ { n = split($3, part, ":"); print part[n] }'
} | sort -un | sed 's/^/ssh=/'
"""
_UFW = f"""
{_SSH}
ufw status 2>/dev/null | sed -n 's/^Status: /active=/p'
sed -n 's/^DEFAULT_INPUT_POLICY=/policy=/p' /etc/default/ufw | tr -d '"'
sed -n 's/^### tuple ### /rule=/p' /etc/ufw/user.rules /etc/ufw/user6.rules
iptables -S ufw-user-input 2>/dev/null | sed 's/^/live=/'
echo {END}
"""
_FIREWALLD = f"""
{_SSH}
echo "active=$(firewall-cmd --state 2>/dev/null || true)"
for port in $(firewall-cmd --permanent --list-ports 2>/dev/null); do echo "port=$port"; done
for port in $(firewall-cmd --list-ports 2>/dev/null); do echo "live=$port"; done
for name in $(firewall-cmd --permanent --list-services 2>/dev/null); do echo "service=$name"; done
firewall-cmd --permanent --list-rich-rules 2>/dev/null | sed 's/^/rich=/'
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
        match = re.fullmatch(r"(\d+(?:[:-]\d+)?)(?:/(tcp|udp))?(?: from (\S+))?", text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not PORT[/tcp|/udp] [from NETWORK]")
        return cls(match[1].replace("-", ":"), match[2] or "tcp", match[3] or "")

    def __str__(self) -> str:
        return f"{self.port}/{self.proto}" + (f" from {self.source}" if self.source else "")


@dataclass(frozen=True)
class FirewallState:
    """What is let in for good (``allowed``) and right now (``live``); ``ssh`` are the SSH ports in use."""

    active: bool = False
    denies_by_default: bool = True
    ssh: frozenset[str] = frozenset()
    allowed: frozenset[Opening] = frozenset()
    live: frozenset[Opening] = frozenset()
    services: frozenset[str] = field(default_factory=frozenset)


class Firewall(FactBase):
    """:class:`FirewallState` as ``kind`` (ufw or firewalld) has it, or ``None`` when it could not be read."""

    def command(self, kind: str) -> StringCommand:
        return shell.script(SCRIPTS[kind])

    def process(self, output: list[str]) -> FirewallState | None:
        lines = complete(output)
        return None if lines is None else parse(lines)


def parse(lines: list[str]) -> FirewallState:
    """The fact's ``key=value`` lines; ufw's and firewalld's keys do not collide."""
    values: dict[str, list[str]] = {}
    for line in lines:
        key, _, value = line.partition("=")
        values.setdefault(key, []).append(value)
    allowed = [*map(_ufw_rule, values.get("rule", [])), *map(Opening.parse, values.get("port", []))]
    allowed += map(_rich_rule, values.get("rich", []))
    return FirewallState(
        active=values.get("active", [""])[0] in ("active", "running"),
        denies_by_default=values.get("policy", ["DROP"])[0] in ("DROP", "REJECT"),
        ssh=frozenset(values.get("ssh", [])),
        allowed=frozenset(rule for rule in allowed if rule),
        live=frozenset(rule for rule in map(_live_rule, values.get("live", [])) if rule),
        services=frozenset(values.get("service", [])),
    )


def _ufw_rule(text: str) -> Opening | None:
    """``allow tcp 22 0.0.0.0/0 any 10.0.0.0/8 in``; rules that deny, route or name applications are not openings of ours."""
    action, proto, port, _to, _sport, source, direction, *_ = [*text.split(), *[""] * 7]
    if action not in ("allow", "limit") or direction != "in" or port == "any":
        return None
    return Opening(port, proto, "" if source in ("0.0.0.0/0", "::/0") else source)


def _rich_rule(text: str) -> Opening | None:
    match = re.search(r'source address="([^"]+)" port port="([^"]+)" protocol="(tcp|udp)" accept', text)
    return Opening(match[2].replace("-", ":"), match[3], match[1]) if match else None


def _live_rule(text: str) -> Opening | None:
    """A line of ``iptables -S`` or a ``port/proto`` of firewalld."""
    if not text.startswith("-A"):
        return Opening.parse(text) if re.match(r"\d", text) else None
    port, proto = re.search(r"--dports? (\S+)", text), re.search(r"-p (tcp|udp)", text)
    if not (port and proto and text.endswith("-j ACCEPT")):
        return None
    source = re.search(r"-s (\S+)", text)
    return Opening(port[1], proto[1], source[1] if source else "")
