"""Kernel parameters (sysctl) that hold now, not only after the next boot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyinfra import host
from pyinfra.api import FactBase, StringCommand, operation

from wod import shell
from wod.facts import END, complete


class KernelParameters(FactBase):
    """``{name: value}`` as the running kernel has them (unknown names are left out), or ``None`` when unreadable."""

    def command(self, names: list[str]) -> StringCommand:
        return shell.script(f'sysctl -e "$@" 2>/dev/null || true; echo {END}', *names)

    def process(self, output: list[str]) -> dict[str, str] | None:
        lines = complete(output)
        return None if lines is None else {k.strip(): v.strip() for k, _, v in (line.partition("=") for line in lines)}


def split_for_container(values: Mapping[str, object], container: bool) -> tuple[dict[str, str], list[str]]:
    """``(what can be set here, what belongs to the whole machine)``: a container has only its network's parameters."""
    own = {name: str(value) for name, value in values.items() if not container or name.startswith("net.")}
    return own, sorted(set(values) - set(own))


@operation()
def parameters(values: Mapping[str, str]) -> Iterator[StringCommand]:
    """Set what the running kernel has otherwise.

    + values: by name, as in sysctl.d(5)
    """
    current = host.get_fact(KernelParameters, names=sorted(values))
    if current is None:
        yield shell.refuse("could not read the kernel parameters")
        return
    wrong = [f"{name}={value}" for name, value in sorted(values.items()) if current.get(name, value) != value]
    if wrong:
        yield shell.call("sysctl", "-q", "-w", args=tuple(wrong))
    else:
        host.noop(f"{len(values)} kernel parameters are as they should be")
