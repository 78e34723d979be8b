"""Kernel parameters (sysctl) that hold now, not only after the next boot."""

from __future__ import annotations

from collections.abc import Mapping

from pyinfra import host
from pyinfra.api import FactBase, StringCommand, operation

from wod import shell
from wod.facts import END, ask, read
from wod.fleet import notes
from wod.operations import Commands


class KernelParameters(FactBase):
    """``{name: value}`` as the running kernel has them (unknown names are left out), or ``None`` when unreadable."""

    def command(self, names: list[str]) -> StringCommand:
        return shell.script(f'sysctl -e "$@" 2>/dev/null || true; echo {END}', *names)

    def process(self, output: list[str]) -> dict[str, str] | None:
        return read(output, lambda lines: dict(map(_parse, lines)))


def _parse(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name.strip(), _plain(value)


def _plain(value: str) -> str:
    """The kernel writes tabs between the numbers of one parameter."""
    return " ".join(value.split())


def _dotted(name: str) -> str:
    """``net/ipv4/conf/eth0.1/forwarding`` as sysctl prints it: ``net.ipv4.conf.eth0/1.forwarding`` (sysctl.d(5))."""
    first = next((letter for letter in name if letter in "./"), ".")
    return name if first == "." else name.translate(str.maketrans("./", "/."))


def wrong_values(values: Mapping[str, str], current: Mapping[str, str]) -> list[str]:
    """``name=value`` for those that the running kernel knows and has otherwise."""
    there = ((name, value, current.get(_dotted(name))) for name, value in sorted(values.items()))
    return [f"{name}={value}" for name, value, now in there if now not in (None, _plain(value))]


def split_for_container(values: Mapping[str, object], container: bool) -> tuple[dict[str, str], list[str]]:
    """``(what can be set here, what belongs to the whole machine)``: a container has only its network's parameters."""
    own = {name: str(value) for name, value in values.items() if not container or name.startswith(("net.", "net/"))}
    return own, sorted(set(values) - set(own))


@operation()
def parameters(values: Mapping[str, str]) -> Commands:
    """Set what the running kernel has otherwise.

    + values: by name, as in sysctl.d(5)
    """
    current = ask(host, KernelParameters, names=sorted(values))
    if current is None:
        yield shell.refuse("could not read the kernel parameters")
        return
    wrong = wrong_values(values, current)
    if wrong:
        notes.say(f"set {', '.join(wrong)}")
        yield shell.call("sysctl", "-q", "-w", args=tuple(wrong))
    else:
        host.noop(f"{len(values)} kernel parameters are as they should be")
