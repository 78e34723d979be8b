"""The modules that roles are made of, and the one order in which they run.

A module is a file here with one ``@module`` called ``apply``; each also runs alone, by its dotted name, on those hosts
of the inventory whose role has it::

    pyinfra inventories/production.py deploys.modules.students.apply
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from importlib import import_module

from pyinfra import host
from pyinfra.api import deploy

from wod.private import steps

ORDER = (
    *("system", "jupyterhub", "students", "content", "engine", "postfix", "fail2ban"),
    *("postgresql", "nodeapi", "apidb", "frontend", "stamp"),
)
"""Every module there is. Roles are subsets of it: pyinfra refuses hosts that go in different orders."""

ROLES = {
    "backends": ("system", "jupyterhub", "students", "content", "engine", "postfix", "fail2ban", "stamp"),
    "api_db": ("system", "fail2ban", "postgresql", "nodeapi", "apidb", "stamp"),
    "frontends": ("system", "fail2ban", "frontend", "stamp"),
}
"""Which modules the hosts of a role get."""


def module(title: str) -> Callable[[Callable[[], None]], Callable[..., object]]:
    """pyinfra's ``@deploy``, for the hosts whose role has the module: an inventory may hold the whole site."""

    def decorate(apply: Callable[[], None]) -> Callable[..., object]:
        name = apply.__module__.rpartition(".")[2]

        @wraps(apply)
        def apply_where_it_belongs() -> None:
            if any(name in ROLES.get(role, ()) for role in host.groups):
                steps.around(name, apply)

        return deploy(title)(apply_where_it_belongs)

    return decorate


def roll_out(role: str) -> None:
    """Apply a role's modules to the current host, if it has that role: an inventory may hold the whole site."""
    if role in host.groups:
        _apply(ROLES[role])


def roll_out_all() -> None:
    """Apply the modules of all its roles to the current host.

    pyinfra runs an operation on all hosts that have it before the next, in the one ORDER: so the API is there when the
    portal asks it. Backends need it only when they are told to hand something out.
    """
    _apply({name for role in host.groups for name in ROLES.get(role, ())})


def _apply(wanted: Collection[str]) -> None:
    """The position in ORDER tells pyinfra apart what stands on the same line of two files of private steps."""
    if not steps.sound(sorted(wanted)):
        return
    for name in host.loop(ORDER):
        if name in wanted:
            import_module(f"deploys.modules.{name}").apply()
