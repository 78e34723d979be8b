"""The host's own firewall lets in exactly what is wanted, and always the SSH connection in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyinfra import host
from pyinfra.api import StringCommand, operation

from wod import shell
from wod.facts import ask
from wod.facts.firewall import Firewall, FirewallState, Opening
from wod.fleet import notes
from wod.operations import Commands

KEPT_SERVICES = {"ssh", "dhcpv6-client"}
"""firewalld services that stay: SSH itself, and the answers to the host's own DHCPv6 requests."""


def wanted_openings(openings: Iterable[Opening], state: FirewallState) -> set[Opening]:
    """``openings`` and every port through which SSH is reached now: nobody is ever locked out."""
    return set(openings) | {Opening(port) for port in state.ssh}


def _ufw(verb: tuple[str, ...], opening: Opening) -> StringCommand:
    rule = ("proto", opening.proto, "from", opening.source or "any", "to", "any", "port", opening.port)
    return shell.call("ufw", *verb, args=rule)


def plan_ufw(wanted: set[Opening], state: FirewallState) -> Iterator[StringCommand]:
    """Open first, then enable, and close last. Rules that limit the rate let in too, and are left alone."""
    for opening in sorted(wanted - (state.allowed - state.half) - state.limited):
        yield _ufw(("allow",), opening)
    if not state.denies_by_default:
        yield shell.call("ufw", "default", "deny", "incoming")
    if not state.active:
        yield shell.call("ufw", "--force", "enable")
    elif (wanted & state.allowed) - state.live:
        yield shell.call("ufw", "reload")
    for opening in sorted(state.allowed - wanted):
        yield _ufw(("--force", "delete", "allow"), opening)


def _firewalld_flag(verb: str, opening: Opening) -> str:
    if not opening.source:
        return f"--{verb}-port={opening.port.replace(':', '-')}/{opening.proto}"
    family = "ipv6" if ":" in opening.source else "ipv4"
    port = f'port port="{opening.port.replace(":", "-")}" protocol="{opening.proto}"'
    return f'--{verb}-rich-rule=rule family="{family}" source address="{opening.source}" {port} accept'


def plan_firewalld(wanted: set[Opening], state: FirewallState) -> Iterator[StringCommand]:
    """Open first, then start it, and close last; one reload takes permanent changes over and keeps connections."""
    flags = [_firewalld_flag("add", opening) for opening in sorted(wanted - state.allowed)]
    if not state.active:
        for flag in flags:
            yield shell.call("firewall-offline-cmd", "--quiet", flag)
        yield shell.call("systemctl", "enable", "--now", args=("firewalld.service",))
        flags = []
    flags += [_firewalld_flag("remove", opening) for opening in sorted(state.allowed - wanted)]
    flags += [f"--remove-service={name}" for name in sorted(state.services - KEPT_SERVICES)]
    for flag in flags:
        yield shell.call("firewall-cmd", "--quiet", "--permanent", flag)
    unsourced = {opening for opening in wanted & state.allowed if not opening.source}
    if flags or (state.active and unsourced - state.live):
        yield shell.call("firewall-cmd", "--quiet", "--reload")


PLANS = {"ufw": plan_ufw, "firewalld": plan_firewalld}


@operation()
def opened(kind: str, openings: Iterable[Opening]) -> Commands:
    """Let in exactly ``openings`` and the SSH ports in use; rules that deny or limit are left alone.

    + kind: ``ufw`` or ``firewalld``
    + openings: what to let in
    """
    state = ask(host, Firewall, kind=kind)
    if state is None or not state.ssh:
        yield shell.refuse("could not find out through which port SSH is reached; the firewall is left as it is")
        return
    wanted = wanted_openings(openings, state)
    commands = list(PLANS[kind](wanted, state))
    if not commands:
        host.noop("lets in exactly " + ", ".join(map(str, sorted(wanted))))
    for command in commands:
        notes.say(str(command))
    yield from commands
