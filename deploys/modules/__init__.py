"""The modules that roles are made of, and the one order in which they run.

A module is a file here with one ``@deploy`` called ``apply``; each also runs alone, by its dotted name::

    pyinfra inventories/production.py deploys.modules.students.apply
"""

from __future__ import annotations

from importlib import import_module

from pyinfra import host

ORDER = ("system", "jupyterhub", "students", "stamp")
"""Every module there is. Roles are subsets of it: pyinfra refuses hosts that go through the same steps in different orders."""

ROLES = {"backends": ("system", "jupyterhub", "students", "stamp")}
"""Which modules the hosts of a role get."""


def roll_out(role: str) -> None:
    """Apply a role's modules to the current host, if it has that role: an inventory may hold the whole site."""
    if role not in host.groups:
        return
    for name in host.loop([name for name in ORDER if name in ROLES[role]]):
        import_module(f"deploys.modules.{name}").apply()
